#pragma once

#include <cstdint>

#include "cpu/psw.h"

namespace cpu {

// Program-event recording (PoP ch. 4): controls in control register 9 and codes of events, which are the same bits.
namespace per {
inline constexpr std::uint32_t successful_branching = 0x8000'0000, instruction_fetching = 0x4000'0000,
                               storage_alteration = 0x2000'0000, store_using_real_address = 0x0800'0000,
                               zero_address = 0x0400'0000, transaction_end = 0x0200'0000, fetching_nullification = 0x0100'0000,
                               all_events = 0xEF00'0000;
inline constexpr std::uint32_t branch_address_control = 0x0080'0000, alteration_space_control = 0x0020'0000,
                               suppression_control = 0x0040'0000;  // no events in a transaction but its end
inline constexpr std::uint64_t storage_alteration_space = 0x80;  // in an ASCE
constexpr std::uint8_t code_of(std::uint32_t events) { return static_cast<std::uint8_t>(events >> 24); }
}  // namespace per

// The range of control registers 10 and 11, both ends included; it may wrap.
constexpr bool is_in_per_range(std::uint64_t start, std::uint64_t end, std::uint64_t address) {
  return start <= end ? address >= start && address <= end : address >= start || address <= end;
}
constexpr bool meets_per_range(std::uint64_t start, std::uint64_t end, std::uint64_t address, std::uint64_t length) {
  return is_in_per_range(start, end, address) || is_in_per_range(start, end, address + length - 1) ||
         start - address < length;
}

// What PER has to say about one instruction.
struct PerEvent {
  std::uint8_t code = 0;  // 0: nothing
  std::uint8_t mode = 0;  // addressing-and-translation-mode identification, with the space of an alteration
  std::uint8_t access_register = 0;
  std::uint64_t address = 0;  // of the instruction

  // Bits 8-13 of the code: PSW bits 31, one that says "valid", 32, 5, 16 and 17.
  static constexpr std::uint8_t mode_of(const Psw& psw) {
    const auto amode = static_cast<unsigned>(psw.amode);
    return static_cast<std::uint8_t>((amode & 2) << 6 | 0x40 | (amode & 1) << 5 | (psw.dat ? 0x10u : 0u) |
                                     static_cast<unsigned>(psw.as) << 2);
  }
};

}  // namespace cpu
