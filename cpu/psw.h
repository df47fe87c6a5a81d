#pragma once

#include <cstdint>

namespace cpu {

// PSW bits 16-17 (PoP ch. 4, "Program-Status-Word Format"); also the order of TEID bits 62-63 and MVCOS controls.
enum class AddressSpace : std::uint8_t { primary = 0, access_register = 1, secondary = 2, home = 3 };

// PSW bits 31 (EA) and 32 (BA); `invalid` is EA without BA, an early specification exception.
enum class AddressingMode : std::uint8_t { a24 = 0, a31 = 1, invalid = 2, a64 = 3 };

constexpr std::uint64_t address_mask(AddressingMode mode) {
  switch (mode) {
    case AddressingMode::a24: return 0xFF'FFFF;
    case AddressingMode::a31: return 0x7FFF'FFFF;
    default: return ~0ull;
  }
}

struct PswImage {
  std::uint64_t mask;     // bits 0-63
  std::uint64_t address;  // bits 64-127
  constexpr bool operator==(const PswImage&) const = default;
};

// The program-status word taken apart. The condition code lives in the Cpu.
struct Psw {
  bool per = false;
  bool dat = false;
  bool io = false;
  bool external = false;
  bool machine_check = false;
  bool wait = false;
  bool problem_state = false;
  std::uint8_t key = 0;           // 0-15
  std::uint8_t program_mask = 0;  // bits 20-23: fixed-point overflow 8, decimal overflow 4, HFP underflow 2, significance 1
  AddressSpace as = AddressSpace::primary;
  AddressingMode amode = AddressingMode::a24;
  std::uint64_t ia = 0;
  std::uint64_t unassigned = 0;  // bits that must be zero, kept so that an invalid PSW is stored as it was loaded

  bool fixed_point_overflow_mask() const { return program_mask & 8; }
  bool decimal_overflow_mask() const { return program_mask & 4; }
  bool hfp_underflow_mask() const { return program_mask & 2; }
  bool hfp_significance_mask() const { return program_mask & 1; }

  // PoP ch. 6, "Early Exception Recognition".
  bool is_valid() const;

  PswImage image(std::uint8_t cc) const;
  static Psw of(PswImage image);
  static std::uint8_t condition_code(PswImage image) { return image.mask >> 44 & 3; }
};

// The doubleword format of LPSW and initial program loading, bit 12 already checked by the caller.
PswImage expand_short_psw(std::uint64_t short_psw);

}  // namespace cpu
