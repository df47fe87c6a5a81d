#pragma once

#include <compare>
#include <cstdint>

namespace z {

// An address that says which address it is: mixing two kinds does not compile (PoP ch. 3, "Address Types").
template <class Tag>
struct Address {
  std::uint64_t value = 0;

  constexpr auto operator<=>(const Address&) const = default;
  constexpr Address operator+(std::uint64_t offset) const { return {value + offset}; }
  constexpr Address operator-(std::uint64_t offset) const { return {value - offset}; }
  constexpr std::uint64_t operator-(Address other) const { return value - other.value; }
};

using VirtualAddress = Address<struct VirtualTag>;
using RealAddress = Address<struct RealTag>;
using AbsoluteAddress = Address<struct AbsoluteTag>;

// A number that names one kind of thing, for example a device or a subchannel.
template <class Tag, class Rep>
struct Number {
  Rep value{};
  constexpr Number() = default;
  explicit constexpr Number(Rep v) : value(v) {}
  constexpr auto operator<=>(const Number&) const = default;
};

using DeviceNumber = Number<struct DeviceNumberTag, std::uint16_t>;
using SubchannelNumber = Number<struct SubchannelNumberTag, std::uint16_t>;
using Chpid = Number<struct ChpidTag, std::uint8_t>;
using FrameIndex = Number<struct FrameIndexTag, std::uint64_t>;  // of a 4 KiB block of absolute storage

inline constexpr std::uint64_t page_size = 4096;

constexpr FrameIndex frame_of(AbsoluteAddress address) { return FrameIndex{address.value / page_size}; }
constexpr AbsoluteAddress start_of(FrameIndex frame) { return {frame.value * page_size}; }

}  // namespace z
