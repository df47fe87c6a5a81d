#include "cp/network/routes.h"

#include <fmt/format.h>

#include "base/be.h"

namespace cp {
namespace {

constexpr std::size_t shortest_header = 20, source_at = 12, destination_at = 16;  // RFC 791, 3.1
constexpr std::size_t most_addresses = 4096;  // a guest that makes up addresses fills no more

// Of one host: no network "this", no multicast, no broadcast.
bool is_of_a_host(IpAddress address) { return address.value >> 24 != 0 && address.value < 0xE000'0000; }

}  // namespace

std::optional<IpHeader> ip_header(std::span<const std::byte> packet) {
  if (packet.size() < shortest_header || std::to_integer<unsigned>(packet[0]) >> 4 != 4) return std::nullopt;
  return IpHeader{.source = IpAddress{z::be32::load(packet.data() + source_at)},
                  .destination = IpAddress{z::be32::load(packet.data() + destination_at)}};
}

std::string show(IpAddress address) {
  const auto bits = address.value;
  return fmt::format("{}.{}.{}.{}", bits >> 24, bits >> 16 & 0xFF, bits >> 8 & 0xFF, bits & 0xFF);
}

bool Routes::learn(IpAddress address, const PortName& port) {
  if (!is_of_a_host(address)) return false;
  const auto known = places_.find(address);
  if (known != places_.end() && known->second == Place{port}) return false;
  if (known == places_.end() && places_.size() >= most_addresses) return false;
  places_.insert_or_assign(address, port);
  return true;
}

void Routes::told(IpAddress address, const Member& member) {
  if (is_of_a_host(address) && (places_.contains(address) || places_.size() < most_addresses)) places_.insert_or_assign(address, member);
}

void Routes::forget(const PortName& port) {
  std::erase_if(places_, [&](const auto& one) { return one.second == Place{port}; });
}

void Routes::forget(const Member& member) {
  std::erase_if(places_, [&](const auto& one) { return one.second == Place{member}; });
}

std::optional<Routes::Place> Routes::find(IpAddress address) const {
  const auto known = places_.find(address);
  return known == places_.end() ? std::nullopt : std::optional{known->second};
}

std::vector<IpAddress> Routes::at(const PortName& port) const {
  std::vector<IpAddress> result;
  for (const auto& [address, place] : places_)
    if (place == Place{port}) result.push_back(address);
  return result;
}

std::vector<IpAddress> Routes::here() const {
  std::vector<IpAddress> result;
  for (const auto& [address, place] : places_)
    if (std::holds_alternative<PortName>(place)) result.push_back(address);
  return result;
}

}  // namespace cp
