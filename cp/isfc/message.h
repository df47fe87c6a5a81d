#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace cp::isfc {

// Users of the transport, each with a number that both ends know.
enum class Endpoint : std::uint32_t { membership = 1, logons = 2, relocation = 3, commands = 4, switches = 5, test = 99 };

// `head` followed by the parts, which belong to the sender and stay readable until the message is reported as sent.
struct Message {
  std::vector<std::byte> head;
  std::vector<std::span<const std::byte>> parts;

  std::size_t size() const {
    std::size_t result = head.size();
    for (const auto part : parts) result += part.size();
    return result;
  }
};

}  // namespace cp::isfc
