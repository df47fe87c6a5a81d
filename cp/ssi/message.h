#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace cp::ssi {

// Messages between the membership machines of two members. All begin with version, kind and the sender's incarnation.
enum class MessageKind : std::uint16_t {
  heartbeat = 1,
  state_changed = 2,  // read the PDR now
  join_request = 3,   // descriptions of the joiner
  vote = 4,           // and descriptions of the member
  resynchronize = 5,  // descriptions, once a lost link is back
};
enum class Verdict : std::uint16_t {
  proceed = 0,
  refuse = 1,  // a service does not agree
  retry = 2,   // not now
};

struct ServiceDescription {
  std::string service;
  std::vector<std::byte> bytes;
  bool operator==(const ServiceDescription&) const = default;
};

struct ClusterMessage {
  MessageKind kind = MessageKind::heartbeat;
  std::uint64_t incarnation = 0;
  std::uint64_t joiner_incarnation = 0;  // vote: on which request
  Verdict verdict = Verdict::proceed;    // vote
  std::string refusing_service;          // vote
  std::vector<ServiceDescription> services;
  bool operator==(const ClusterMessage&) const = default;
};

std::vector<std::byte> encode(const ClusterMessage& message);
z::Result<ClusterMessage> decode_message(std::span<const std::byte> bytes);

}  // namespace cp::ssi
