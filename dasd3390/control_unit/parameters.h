#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/be.h"
#include "dasd3390/geometry.h"

// Parameter blocks of the extended commands, as they lie in storage.
namespace dasd3390 {

// 3990 Reference, "Define Extent". 16 bytes, or 32 with the extended parameters.
struct ExtentParameters {
  std::uint8_t mask;
  std::uint8_t attributes;
  z::be16 block_size;
  z::be16 fast_write_id;
  std::uint8_t global_additional;
  std::uint8_t global_extended;
  Cchh first, last;
};
static_assert(sizeof(ExtentParameters) == 16);
inline constexpr std::uint8_t reserved_mask_bit = 0x20, is_eckd = 0xC0;

// "Locate Record".
struct LocateParameters {
  std::uint8_t operation;
  std::uint8_t auxiliary;
  std::uint8_t imbedded_command;  // LOCATE RECORD EXTENDED only
  std::uint8_t count;
  Cchh seek_address;
  Cchh search_address;
  std::uint8_t search_record;
  std::uint8_t sector;
  z::be16 transfer_length;
};
static_assert(sizeof(LocateParameters) == 16);
enum class Orientation : std::uint8_t { count = 0, home_address = 1, data = 2, index = 3 };

// "Locate Record Extended". What the extended parameters behind it would say of tracks, the count says as well.
struct LocateExtendedParameters {
  LocateParameters base;
  std::uint8_t imbedded_count;
  std::uint8_t extended_operation;
  z::be16 extended_parameter_length;
};
inline constexpr std::size_t locate_extended_size = 20, largest_locate_extended_size = 22;
static_assert(sizeof(LocateExtendedParameters) == locate_extended_size);
inline constexpr std::uint8_t operation_bits = 0x3F, extended_operation = 0x3F, length_is_valid = 0x80;

// "Prefix".
struct PrefixParameters {
  std::uint8_t format;
  std::uint8_t validity;
  std::uint8_t base_unit;
  std::uint8_t auxiliary;
  std::uint8_t base_subsystem;
  std::uint8_t reserved[7];
  std::array<std::byte, 32> extent;
  std::array<std::byte, locate_extended_size> locate;
};
static_assert(sizeof(PrefixParameters) == 64);
inline constexpr std::uint8_t has_extent = 0x80;

template <class T>
T parameters_at(std::span<const std::byte> from) {
  T result;
  std::memcpy(&result, from.data(), sizeof result);
  return result;
}

}  // namespace dasd3390
