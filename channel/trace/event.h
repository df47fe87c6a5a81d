#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/clock.h"
#include "channel/device.h"

namespace channel {

// Some bytes; few need no memory of their own.
class TraceBytes {
 public:
  static constexpr std::size_t bytes_inside = 96;  // every parameter block fits

  std::span<const std::byte> bytes() const {
    return size_ <= bytes_inside ? std::span{inside_}.first(size_) : std::span<const std::byte>{outside_};
  }
  void set(std::span<const std::byte> bytes) {
    size_ = bytes.size();
    if (size_ <= bytes_inside) std::ranges::copy(bytes, inside_.begin());
    else outside_.assign(bytes.begin(), bytes.end());
  }

 private:
  std::size_t size_ = 0;
  std::array<std::byte, bytes_inside> inside_{};
  std::vector<std::byte> outside_;
};

// One thing that the channel subsystem did. It holds all that its forms (text, JSON, pcapng) say, so that they can be made
// later, on another thread, when the device may have gone.
struct TraceEvent {
  enum class Kind : std::uint8_t { function, started, command, status, sense };

  z::Nanoseconds time{};
  Kind kind{};
  Ending::Kind ending{};
  z::DeviceNumber number{};
  std::uint32_t program = 0;  // number of the start in this trace, from 1
  std::uint32_t address = 0;  // of the program, of the CCW, or of the last CCW plus 8
  std::uint32_t word = 0;     // ORB or SCSW control
  std::uint16_t count = 0, residual = 0;
  std::uint8_t command = 0, flags = 0, device_status = 0, subchannel_status = 0;
  std::uint8_t path = 0x80;
  std::uint16_t source = 0;   // of the writer: which machine
  std::optional<RecordId> record{};
  const Vocabulary* vocabulary = nullptr;

  std::string_view name_text() const { return {name.data()}; }
  void set_name(std::string_view text) {
    text = text.substr(0, name.size() - 1);  // a zero ends it
    std::ranges::copy(text, name.begin());
  }
  std::span<const std::byte> bytes() const { return data.bytes(); }

  std::array<char, 32> name{};
  TraceBytes data{};
};

}  // namespace channel
