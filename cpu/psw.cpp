#include "cpu/psw.h"

namespace cpu {
namespace {

constexpr std::uint64_t bit(unsigned n) { return 1ull << (63 - n); }
constexpr std::uint64_t per_bit = bit(1), dat_bit = bit(5), io_bit = bit(6), external_bit = bit(7),
                        machine_check_bit = bit(13), wait_bit = bit(14), problem_bit = bit(15);
constexpr std::uint64_t assigned = per_bit | dat_bit | io_bit | external_bit | 0x00F0ull << 48 | machine_check_bit |
                                   wait_bit | problem_bit | 0xFFull << 40 | bit(31) | bit(32);

}  // namespace

bool Psw::is_valid() const {
  if (unassigned != 0 || amode == AddressingMode::invalid) return false;
  return (ia & ~address_mask(amode)) == 0;
}

PswImage Psw::image(std::uint8_t cc) const {
  std::uint64_t mask = unassigned;
  if (per) mask |= per_bit;
  if (dat) mask |= dat_bit;
  if (io) mask |= io_bit;
  if (external) mask |= external_bit;
  if (machine_check) mask |= machine_check_bit;
  if (wait) mask |= wait_bit;
  if (problem_state) mask |= problem_bit;
  mask |= static_cast<std::uint64_t>(key) << 52 | static_cast<std::uint64_t>(as) << 46 |
          static_cast<std::uint64_t>(cc) << 44 | static_cast<std::uint64_t>(program_mask) << 40;
  const auto mode = static_cast<std::uint64_t>(amode);
  mask |= (mode & 2) << 31 | (mode & 1) << 31;  // EA is the high bit of the mode and PSW bit 31, BA is bit 32
  return {mask, ia};
}

Psw Psw::of(PswImage image) {
  const std::uint64_t mask = image.mask;
  return {
      .per = (mask & per_bit) != 0,
      .dat = (mask & dat_bit) != 0,
      .io = (mask & io_bit) != 0,
      .external = (mask & external_bit) != 0,
      .machine_check = (mask & machine_check_bit) != 0,
      .wait = (mask & wait_bit) != 0,
      .problem_state = (mask & problem_bit) != 0,
      .key = static_cast<std::uint8_t>(mask >> 52 & 0xF),
      .program_mask = static_cast<std::uint8_t>(mask >> 40 & 0xF),
      .as = static_cast<AddressSpace>(mask >> 46 & 3),
      .amode = static_cast<AddressingMode>((mask >> 31 & 2) | (mask >> 31 & 1)),
      .ia = image.address,
      .unassigned = mask & ~assigned,
  };
}

PswImage expand_short_psw(std::uint64_t short_psw) {
  return {(short_psw & ~0x7FFF'FFFFull) & ~bit(12), short_psw & 0x7FFF'FFFF};
}

}  // namespace cpu
