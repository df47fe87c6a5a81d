// COMPARE AND FORM CODEWORD and UPDATE TREE (PoP ch. 7, and appendix A, "Sorting Instructions").
#include "cpu/control.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

// In the 64-bit mode keys are compared six bytes at a time and codewords have 64 bits, else two bytes and 32 bits.
struct Codeword64 {
  static constexpr unsigned unit = 6, value_bits = 48, bits = 64;
  static Access<uint64_t> fetch(Cpu& cpu, uint64_t address) {
    std::array<std::byte, 8> bytes{};
    if (!cpu.fetch_bytes(address, std::span{bytes}.last(unit))) return Access<uint64_t>::refused();
    return z::be64::load(bytes.data());
  }
  static void set(Cpu& cpu, unsigned n, uint64_t value) { cpu.gr(n) = value; }
};
struct Codeword32 {
  static constexpr unsigned unit = 2, value_bits = 16, bits = 32;
  static Access<uint64_t> fetch(Cpu& cpu, uint64_t address) {
    const auto value = cpu.fetch<uint16_t>(address);
    if (!value) return Access<uint64_t>::refused();
    return uint64_t{value.value()};
  }
  static void set(Cpu& cpu, unsigned n, uint64_t value) { cpu.set_gr32(n, static_cast<uint32_t>(value)); }
};

template <class Codeword>
Step form_codeword(Cpu& cpu, uint64_t second_operand) {
  const uint64_t limit = second_operand & 0xFFFE;
  const bool is_descending = (second_operand & 1) != 0;
  const uint64_t first = cpu.gr(1), third = cpu.gr(3);
  for (uint64_t index = cpu.gr(2) & 0xFFFF; index <= limit; index += Codeword::unit) {
    cpu.gr(2) = (cpu.gr(2) & ~0xFFFFull) | index;  // what is done is done, when an access is refused
    const uint64_t a = TRY(Codeword::fetch(cpu, cpu.wrap(first + index))), b = TRY(Codeword::fetch(cpu, cpu.wrap(third + index)));
    if (a == b) continue;
    // The operand that comes first in the order stays or becomes the third; the codeword is made from the other one.
    const bool exchanges = is_descending ? a < b : a > b;
    const uint64_t other = exchanges ? a : b, mask = (1ull << Codeword::value_bits) - 1;
    Codeword::set(cpu, 2, (index + Codeword::unit) << Codeword::value_bits | ((is_descending ? other : ~other) & mask));
    if (exchanges) {
      Codeword::set(cpu, 1, third);
      Codeword::set(cpu, 3, first);
    }
    cpu.cc = exchanges ? 2 : 1;
    return Step::next;
  }
  Codeword::set(cpu, 2, third | 1ull << (Codeword::bits - 1));
  cpu.cc = 0;
  return Step::next;
}

// One node on the way to the root. The node has a codeword and a value of this width.
template <class T>
Step update_tree(Cpu& cpu) {
  constexpr uint64_t node_size = 2 * sizeof(T);
  const uint64_t base = cpu.gr(4), index = sizeof(T) == 8 ? cpu.gr(5) : cpu.gr32(5);
  if (base % node_size != 0 || index % node_size != 0) return cpu.program_interruption(Pic::specification);
  const auto set = [&](unsigned n, T value) {
    if constexpr (sizeof(T) == 8) cpu.gr(n) = value;
    else cpu.set_gr32(n, value);
  };
  const T next = static_cast<T>((index >> 1) & ~(node_size - 1));
  const auto codeword = static_cast<T>(cpu.gr(0)), value = static_cast<T>(cpu.gr(1));
  if (next == 0 || codeword >> (sizeof(T) * 8 - 1) != 0) {
    set(5, next);
    cpu.cc = next == 0 ? 1 : 3;
    return Step::next;
  }
  const uint64_t at = cpu.wrap(base + next);
  const T found = TRY(cpu.fetch<T>(at)), found_value = TRY(cpu.fetch<T>(cpu.wrap(at + sizeof(T))));
  if (codeword < found) {
    TRY(cpu.store<T>(at, codeword));
    TRY(cpu.store<T>(cpu.wrap(at + sizeof(T)), value));
    set(0, found);
    set(1, found_value);
  }
  set(5, next);
  if (codeword != found) return Step::repeat;
  set(2, found);
  set(3, found_value);
  cpu.cc = 0;
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(compare_and_form_codeword) {
  if (((cpu.gr(1) | cpu.gr(2) | cpu.gr(3)) & 1) != 0) return cpu.program_interruption(Pic::specification);
  if (cpu.psw.amode == AddressingMode::a64) return form_codeword<Codeword64>(cpu, cpu.operand2_rs(op));
  return form_codeword<Codeword32>(cpu, cpu.operand2_rs(op));
}

Z_INSTRUCTION(update_tree) {
  return cpu.psw.amode == AddressingMode::a64 ? update_tree<uint64_t>(cpu) : update_tree<uint32_t>(cpu);
}

}  // namespace cpu
