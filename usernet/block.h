#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "ctc/buffer.h"

namespace usernet {

using Packet = std::vector<std::byte>;  // an IPv4 packet

// A transfer of Linux's and z/OS's CTC protocol (ctcm protocols 0 and 1): its length, then packets, each behind its own length and
// ethertype. A block that holds its length and nothing else opens a direction.
inline constexpr std::size_t longest_block = 32768;              // the buffer of ctcm unless told otherwise
inline constexpr std::size_t longest_packet = longest_block - 8;  // so its MTU

ctc::Buffer opening_block();
bool is_opening(std::span<const std::byte> block);

// Takes packets off the front of `packets` as long as they fit into one block.
std::vector<Packet> take_block(std::vector<Packet>& packets);
ctc::Buffer block_of(std::span<const Packet> packets);

// The IPv4 packets of a block as far as its lengths make sense. Other protocols are left out.
std::vector<Packet> packets_of(std::span<const std::byte> block);

}  // namespace usernet
