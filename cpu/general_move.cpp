#include <algorithm>
#include <array>
#include <cstring>

#include "cpu/fixed_point.h"
#include "cpu/instruction.h"
#include "cpu/operand_bytes.h"
#include "cpu/operand_registers.h"

// Long moves (PoP ch. 7, "MOVE LONG" and its like). One unit of operation ends at the next page boundary of either
// operand, with the registers brought up to date; an access exception then nullifies the unit that meets it.
namespace cpu {
namespace {

using U64 = std::uint64_t;

Step specification(Cpu& cpu) { return cpu.program_interruption(Pic::specification); }
bool is_odd(unsigned register_number) { return register_number & 1; }

// What fills up the first operand: a byte, or a character of two for the Unicode form.
struct Padding {
  std::byte even, odd;
};
Padding one_byte(U64 byte) { return {static_cast<std::byte>(byte), static_cast<std::byte>(byte)}; }
Padding two_bytes(U64 character) { return {static_cast<std::byte>(character >> 8), static_cast<std::byte>(character)}; }

struct Unit {
  U64 first, second;  // bytes done of each operand
};

// Moves or pads up to a page boundary. `remaining` is what is left of the first operand: its parity tells which byte
// of a two-byte padding is due.
Access<Unit> move_unit(Cpu& cpu, U64 to, U64 to_length, U64 from, U64 from_length, Padding padding) {
  U64 length = std::min(to_length, bytes_left_in_page(to));
  if (length == 0) return Unit{0, 0};
  if (from_length == 0) {
    const auto target = cpu.host_store(to, length);
    if (!target) return Access<Unit>::refused();
    for (U64 i = 0; i < length; ++i) target.value()[i] = (to_length - i) % 2 == 0 ? padding.even : padding.odd;
    return Unit{length, 0};
  }
  length = std::min({length, from_length, bytes_left_in_page(from)});
  const auto source = cpu.host_fetch(from, length);
  if (!source) return Access<Unit>::refused();
  const auto target = cpu.host_store(to, length);
  if (!target) return Access<Unit>::refused();
  std::memmove(target.value(), source.value(), length);
  return Unit{length, length};
}

// MVCL keeps lengths of 24 bits, with other things to their left.
constexpr U64 length_mask = 0xFF'FFFF;
U64 short_length(const Cpu& cpu, unsigned n) { return cpu.gr(n) & length_mask; }
void set_short_length(Cpu& cpu, unsigned n, U64 length) { cpu.gr(n) = (cpu.gr(n) & ~length_mask) | length; }

// PoP ch. 7, "MOVE LONG": the first operand begins in the second, after its leftmost byte.
bool is_destructive(const Cpu& cpu, U64 to, U64 from, U64 length) {
  return length > 1 && to != from && cpu.wrap(to - from) < length;
}

Step move_with_padding(Cpu& cpu, const Op& op, Padding padding) {
  const U64 to_length = length_in(cpu, op.r1 + 1u), from_length = length_in(cpu, op.r3 + 1u);
  const auto unit =
      TRY(move_unit(cpu, address_in(cpu, op.r1), to_length, address_in(cpu, op.r3), from_length, padding));
  advance_pair(cpu, op.r1, unit.first);
  advance_pair(cpu, op.r3, unit.second);
  // Code 3 asks the program to go on.
  cpu.cc = unit.first < to_length ? 3 : compare_cc(to_length, from_length);
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(move_long) {
  if (is_odd(op.r1) || is_odd(op.r2)) return specification(cpu);
  const U64 to = address_in(cpu, op.r1), from = address_in(cpu, op.r2);
  const U64 to_length = short_length(cpu, op.r1 + 1u), from_length = short_length(cpu, op.r2 + 1u);
  if (is_destructive(cpu, to, from, std::min(to_length, from_length))) {
    cpu.cc = 3;
    return Step::next;
  }
  const auto padding = one_byte(cpu.gr32(op.r2 + 1u) >> 24);
  const auto unit = TRY(move_unit(cpu, to, to_length, from, from_length, padding));
  set_address_in(cpu, op.r1, to + unit.first);
  set_short_length(cpu, op.r1 + 1u, to_length - unit.first);
  set_address_in(cpu, op.r2, from + unit.second);
  set_short_length(cpu, op.r2 + 1u, from_length - unit.second);
  if (unit.first < to_length) return Step::repeat;
  // Both lengths have shrunk alike, or the second is used up: they compare as they did at the beginning.
  cpu.cc = compare_cc(to_length, from_length);
  return Step::next;
}

Z_INSTRUCTION(move_long_extended) {
  if (is_odd(op.r1) || is_odd(op.r3)) return specification(cpu);
  return move_with_padding(cpu, op, one_byte(cpu.operand2_rs(op)));
}

Z_INSTRUCTION(move_long_unicode) {
  if (is_odd(op.r1) || is_odd(op.r3)) return specification(cpu);
  if ((length_in(cpu, op.r1 + 1u) | length_in(cpu, op.r3 + 1u)) % 2 != 0) return specification(cpu);
  return move_with_padding(cpu, op, two_bytes(cpu.operand2_rs(op)));
}

// One page, with the key of register 0 for one of them if it says so. Code 1 or 2, where bit 55 asks for it:
// the page of the first or second operand is not there.
Z_INSTRUCTION(move_page) {
  const U64 controls = cpu.gr(0);
  const bool key_for_first = controls & 0x800, key_for_second = controls & 0x400, wants_code = controls & 0x100;
  const auto key = static_cast<std::uint8_t>(controls >> 4 & 15);
  if ((controls & 0xF000) != 0 || (key_for_first && key_for_second)) return specification(cpu);
  if ((key_for_first || key_for_second) && cpu.psw.problem_state && !(cpu.cr(3) >> (31 - key) & 1))
    return cpu.program_interruption(Pic::privileged_operation);
  const auto context = [&](bool with_key) { return cpu.context_of(cpu.psw.as, with_key ? key : cpu.psw.key); };
  const auto refused = [&](std::uint8_t code) {
    const auto exception = cpu.take_exception();
    if (!wants_code || exception.code != Pic::page_translation) return cpu.raise(exception);
    cpu.cc = code;
    return Step::next;
  };
  std::array<std::byte, 4096> page;
  if (!cpu.fetch_bytes_in(context(key_for_second), address_in(cpu, op.r2) & page_mask, page)) return refused(2);
  if (!cpu.store_bytes_in(context(key_for_first), address_in(cpu, op.r1) & page_mask, page)) return refused(1);
  cpu.cc = 0;
  return Step::next;
}

}  // namespace cpu
