// TRAP (PoP ch. 10): TRAP2 and TRAP4 save the program's state in the home space and go to a trap program there.
#include <array>

#include "cpu/address_space.h"
#include "cpu/control.h"
#include "cpu/instruction.h"
#include "cpu/trace_table.h"

namespace cpu {
namespace {

using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

// Trap control block, and the save area that it points to.
namespace control_block {
constexpr uint64_t flags = 0, save_area = 12, program = 20;
constexpr uint32_t long_psw = 0x4'0000, long_registers = 0x2'0000, save_area_bits = 0x7FFF'FFF8;
}  // namespace control_block
namespace save_area {
constexpr std::size_t flags = 0, operand = 8, access_register_15 = 12, psw = 16, general_registers = 32;
constexpr uint8_t by_execute = 0x80, trap4 = 0x40;
}  // namespace save_area

// What the trap program finds.
class TrapSaveArea {
 public:
  template <class T>
  void put(std::size_t offset, T value) { z::Be<T>::store(bytes_.data() + offset, value); }
  void put_psw(const Psw& psw, uint8_t cc, bool is_long) {
    const PswImage image = psw.image(cc);
    constexpr uint64_t bit_12 = 1ull << 51;
    put(save_area::psw, is_long ? image.mask : (image.mask & ~0x7FFF'FFFFull) | bit_12 | (image.address & 0x7FFF'FFFF));
    put(save_area::psw + 8, is_long ? image.address : 0);
  }
  void put_registers(const Cpu& cpu, bool are_long) {
    for (unsigned n = 0; n < 16; ++n) {
      if (are_long) put(save_area::general_registers + n * 8, cpu.gr(n));
      else put(save_area::general_registers + n * 4, cpu.gr32(n));
    }
    length_ = save_area::general_registers + (are_long ? 128 : 64);
  }
  std::span<const std::byte> bytes() const { return std::span{bytes_}.first(length_); }

 private:
  std::array<std::byte, save_area::general_registers + 128> bytes_{};
  std::size_t length_ = 0;
};

enum class Kind : uint8_t { trap2, trap4 };

Step trap(Cpu& cpu, const Op& op, Kind kind, uint64_t operand) {
  constexpr uint32_t enabled = 1, block_bits = 0x7FFF'FFF8;
  const bool is_in_space = cpu.psw.as == AddressSpace::primary || cpu.psw.as == AddressSpace::access_register;
  if (!cpu.psw.dat || !is_in_space) return cpu.program_interruption(Pic::special_operation);
  const auto designation = control_word(cpu, duct_origin(cpu) + duct::trap_control_block);
  if (!designation) return cpu.program_interruption(designation.error());
  if ((*designation & enabled) == 0) return cpu.program_interruption(Pic::special_operation);
  const Context home = cpu.context_of(AddressSpace::home, cpu.psw.key);
  const uint64_t block = *designation & block_bits;
  const auto flags = TRY(cpu.fetch_in<uint32_t>(home, block + control_block::flags));
  const auto area = TRY(cpu.fetch_in<uint32_t>(home, block + control_block::save_area));
  const auto program = TRY(cpu.fetch_in<uint32_t>(home, block + control_block::program));
  const bool is_long = (flags & control_block::long_psw) != 0;
  if (cpu.psw.amode == AddressingMode::a64 && !is_long) return cpu.program_interruption(Pic::special_operation);

  TrapSaveArea saved;
  const bool by_execute = cpu.is_target_of_execute(op);
  saved.put(save_area::flags, static_cast<uint8_t>((by_execute ? save_area::by_execute : 0) | (kind == Kind::trap4 ? save_area::trap4 : 0)));
  saved.put(save_area::flags + 1, static_cast<uint8_t>(op.length()));
  saved.put(save_area::operand, static_cast<uint32_t>(operand));
  saved.put(save_area::access_register_15, cpu.ar(15));
  Psw psw = cpu.psw;
  psw.ia = cpu.next_instruction_address(op);
  saved.put_psw(psw, cpu.cc, is_long);
  saved.put_registers(cpu, (flags & control_block::long_registers) != 0);

  psw.as = AddressSpace::primary;
  if (psw.amode != AddressingMode::a64) psw.amode = AddressingMode::a31;
  psw.ia = program & 0x7FFF'FFFF;
  TRY(trace_branch_to(cpu, psw.amode, psw.ia));
  TRY(cpu.store_bytes_in(home, area & control_block::save_area_bits, saved.bytes()));
  if (cpu.psw.amode == AddressingMode::a64) cpu.gr(15) = block;
  else cpu.set_gr32(15, static_cast<uint32_t>(block));
  return cpu.branch_to_psw(op, psw.image(cpu.cc));
}

}  // namespace

Z_INSTRUCTION(trap_2) { return trap(cpu, op, Kind::trap2, 0); }
Z_INSTRUCTION(trap_4) { return trap(cpu, op, Kind::trap4, cpu.operand2_rs(op)); }

}  // namespace cpu
