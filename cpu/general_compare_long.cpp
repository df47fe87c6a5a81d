#include <algorithm>

#include "cpu/fixed_point.h"
#include "cpu/instruction.h"
#include "cpu/operand_bytes.h"
#include "cpu/operand_registers.h"

// Comparison of long operands, the shorter filled up with padding (PoP ch. 7, "COMPARE LOGICAL LONG" and its like). A unit
// of operation ends at a page boundary or at the first unequal character.
namespace cpu {
namespace {

using U64 = std::uint64_t;

Step specification(Cpu& cpu) { return cpu.program_interruption(Pic::specification); }
bool is_odd(unsigned register_number) { return register_number & 1; }

// One of the operands: where it goes on and what is left of it.
struct Side {
  U64 address, length;
};

struct Compared {
  U64 bytes;        // found equal
  std::uint8_t cc;  // 0: as far as was looked, else of the unequal characters
};

// `width` is 1 or 2 bytes a character; two-byte characters may lie across page boundaries.
Access<std::uint16_t> character_at(Cpu& cpu, const Side& side, U64 offset, U64 padding, unsigned width) {
  if (offset >= side.length) return static_cast<std::uint16_t>(padding);
  const U64 address = cpu.wrap(side.address + offset);
  if (width == 2) return cpu.fetch<std::uint16_t>(address);
  const auto byte = cpu.fetch<std::uint8_t>(address);
  if (!byte) return Access<std::uint16_t>::refused();
  return byte.value();
}

constexpr U64 unit_limit = 4096;

Access<Compared> compare_unit(Cpu& cpu, const Side& first, const Side& second, U64 padding, unsigned width) {
  const U64 length = std::min(std::max(first.length, second.length), unit_limit);
  for (U64 offset = 0; offset < length; offset += width) {
    const auto a = character_at(cpu, first, offset, padding, width);
    if (!a) return Access<Compared>::refused();
    const auto b = character_at(cpu, second, offset, padding, width);
    if (!b) return Access<Compared>::refused();
    if (a.value() != b.value()) return Compared{offset, compare_cc(a.value(), b.value())};
  }
  return Compared{length, 0};
}

constexpr U64 length_mask = 0xFF'FFFF;

void advance_short_pair(Cpu& cpu, unsigned even, U64 bytes) {
  const U64 length = cpu.gr(even + 1) & length_mask, done = std::min(bytes, length);
  set_address_in(cpu, even, address_in(cpu, even) + done);
  cpu.gr(even + 1) -= done;
}
void advance_long_pair(Cpu& cpu, unsigned even, U64 bytes) {
  advance_pair(cpu, even, std::min(bytes, length_in(cpu, even + 1)));
}

Step compare_extended(Cpu& cpu, const Op& op, U64 padding, unsigned width) {
  const Side first{address_in(cpu, op.r1), length_in(cpu, op.r1 + 1u)};
  const Side second{address_in(cpu, op.r3), length_in(cpu, op.r3 + 1u)};
  const auto [bytes, cc] = TRY(compare_unit(cpu, first, second, padding, width));
  advance_long_pair(cpu, op.r1, bytes);
  advance_long_pair(cpu, op.r3, bytes);
  cpu.cc = cc == 0 && bytes < std::max(first.length, second.length) ? 3 : cc;
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(compare_logical_long) {
  if (is_odd(op.r1) || is_odd(op.r2)) return specification(cpu);
  const Side first{address_in(cpu, op.r1), cpu.gr(op.r1 + 1u) & length_mask};
  const Side second{address_in(cpu, op.r2), cpu.gr(op.r2 + 1u) & length_mask};
  const U64 padding = cpu.gr32(op.r2 + 1u) >> 24;
  const auto [bytes, cc] = TRY(compare_unit(cpu, first, second, padding, 1));
  advance_short_pair(cpu, op.r1, bytes);
  advance_short_pair(cpu, op.r2, bytes);
  if (cc == 0 && bytes < std::max(first.length, second.length)) return Step::repeat;
  cpu.cc = cc;
  return Step::next;
}

Z_INSTRUCTION(compare_logical_long_extended) {
  if (is_odd(op.r1) || is_odd(op.r3)) return specification(cpu);
  return compare_extended(cpu, op, cpu.operand2_rs(op) & 0xFF, 1);
}

Z_INSTRUCTION(compare_logical_long_unicode) {
  if (is_odd(op.r1) || is_odd(op.r3)) return specification(cpu);
  if ((length_in(cpu, op.r1 + 1u) | length_in(cpu, op.r3 + 1u)) % 2 != 0) return specification(cpu);
  return compare_extended(cpu, op, cpu.operand2_rs(op) & 0xFFFF, 2);
}

}  // namespace cpu
