#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "cp/command/reply.h"
#include "cp/command/system.h"

namespace cp {

// AT sysname CMD: a command runs on another member with its issuer's authority, and its answer comes back line by line. What a
// member sends is checked like any input from outside.
class RemoteCommands {
 public:
  struct Link {
    std::function<bool(const std::string& member)> is_up;
    std::function<void(const std::string& member, std::vector<std::byte>)> send;
    std::function<void(Issuer, const std::string& command, ReplyPtr)> run_here;
  };
  explicit RemoteCommands(Link link) : link_(std::move(link)) {}

  void run_at(const std::string& member, const Issuer& issuer, const std::string& command, ReplyPtr reply);
  // A message of the `commands` endpoint. False: it is malformed and was dropped.
  bool received(const std::string& from, std::span<const std::byte> message);
  void link_down(const std::string& member);  // its commands under way end with an error

 private:
  struct Waiting {
    std::string member;
    ReplyPtr reply;
  };
  z::Result<> take(const std::string& from, std::span<const std::byte> message);

  Link link_;
  std::uint32_t last_id_ = 0;
  std::map<std::uint32_t, Waiting> waiting_;
};

}  // namespace cp
