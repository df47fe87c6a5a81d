#include "usernet/block.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "base/be.h"

namespace usernet {
namespace {

struct PacketHeader {
  z::be16 length{};  // of header and packet
  z::be16 ethertype{};
  z::be16 unused{};
};
static_assert(sizeof(PacketHeader) == 6 && alignof(PacketHeader) == 1);

constexpr std::uint16_t ipv4 = 0x0800;
constexpr std::size_t length_size = sizeof(z::be16);

void put(ctc::Buffer& block, std::size_t at, std::span<const std::byte> bytes) {
  std::ranges::copy(bytes, block.bytes().subspan(at).begin());
}

template <class T>
std::span<const std::byte> bytes_of(const T& value) {
  return std::as_bytes(std::span{&value, 1});
}

}  // namespace

ctc::Buffer opening_block() { return ctc::Buffer::copy_of(bytes_of(z::be16{length_size})); }

bool is_opening(std::span<const std::byte> block) { return block.size() == length_size; }

std::vector<Packet> take_block(std::vector<Packet>& packets) {
  std::size_t size = length_size;
  const auto end = std::ranges::find_if(packets, [&size](const Packet& packet) {
    size += sizeof(PacketHeader) + packet.size();
    return size > longest_block;
  });
  std::vector<Packet> taken{std::move_iterator{packets.begin()}, std::move_iterator{end}};
  packets.erase(packets.begin(), end);
  return taken;
}

ctc::Buffer block_of(std::span<const Packet> packets) {
  std::size_t size = length_size;
  for (const auto& packet : packets) size += sizeof(PacketHeader) + packet.size();
  ctc::Buffer block{size};
  put(block, 0, bytes_of(z::be16{static_cast<std::uint16_t>(size)}));
  std::size_t at = length_size;
  for (const auto& packet : packets) {
    const auto length = static_cast<std::uint16_t>(sizeof(PacketHeader) + packet.size());
    put(block, at, bytes_of(PacketHeader{.length = length, .ethertype = ipv4}));
    put(block, at + sizeof(PacketHeader), packet);
    at += length;
  }
  return block;
}

std::vector<Packet> packets_of(std::span<const std::byte> block) {
  std::vector<Packet> packets;
  if (block.size() < length_size) return packets;
  const std::size_t length = std::min<std::size_t>(block.size(), z::be16::load(block.data()));
  auto rest = block.first(length).subspan(std::min(length, length_size));
  while (rest.size() >= sizeof(PacketHeader)) {
    PacketHeader header;
    std::memcpy(&header, rest.data(), sizeof header);
    if (header.length < sizeof header || header.length > rest.size()) break;
    const auto packet = rest.subspan(sizeof header, header.length - sizeof header);
    if (header.ethertype == ipv4) packets.emplace_back(packet.begin(), packet.end());
    rest = rest.subspan(header.length);
  }
  return packets;
}

}  // namespace usernet
