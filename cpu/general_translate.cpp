#include <algorithm>

#include "cpu/instruction.h"
#include "cpu/operand_bytes.h"
#include "cpu/operand_registers.h"

// TRANSLATE, TRANSLATE AND TEST and their like (PoP ch. 7).
namespace cpu {
namespace {

using U8 = std::uint8_t;
using U16 = std::uint16_t;
using U64 = std::uint64_t;

constexpr std::uint8_t unfinished = 3;
constexpr U64 table_size = 256;

Step specification(Cpu& cpu) { return cpu.program_interruption(Pic::specification); }

// The first argument whose function is not zero, or `length`. Functions are gathered in groups, because almost all are zero.
Z_GUEST_BYTES unsigned find_function(const std::byte* arguments, const std::byte* functions, unsigned length) {
  constexpr unsigned group = 8;
  const auto function_of = [&](unsigned i) Z_GUEST_BYTES { return functions[std::to_integer<U8>(arguments[i])]; };
  unsigned i = 0;
  for (; i + group <= length; i += group) {
    std::byte any{};
    for (unsigned k = 0; k < group; ++k) any |= function_of(i + k);
    if (any != std::byte{}) break;
  }
  while (i < length && function_of(i) == std::byte{}) ++i;
  return i;
}

// Arguments in one page and functions in another: only the first of each can be refused.
Step translate_and_test_in_pages(Cpu& cpu, const Op& op, U64 argument, U64 table) {
  const unsigned length = op.r1 + 1u;
  const std::byte* const arguments = TRY(cpu.host_fetch_in(cpu.space_of(op.b1), argument, length));
  const std::byte* const functions = TRY(cpu.host_fetch_in(cpu.space_of(op.b2), table, table_size));
  const unsigned found = find_function(arguments, functions, length);
  cpu.cc = 0;
  if (found == length) return Step::next;
  set_marked_address(cpu, argument + found);
  cpu.gr(2) = (cpu.gr(2) & ~0xFFull) | host_load<U8>(functions + host_load<U8>(arguments + found));
  cpu.cc = found == length - 1 ? 2 : 1;
  return Step::next;
}

// From the left or, with a step of -1, from the right.
Step translate_and_test(Cpu& cpu, const Op& op, std::int64_t step) {
  const U64 argument = cpu.operand1(op), table = cpu.operand2_rs(op);
  const Context argument_space = cpu.space_of(op.b1), table_space = cpu.space_of(op.b2);
  for (unsigned i = 0; i <= op.r1; ++i) {
    const U64 address = cpu.wrap(argument + static_cast<U64>(step * static_cast<std::int64_t>(i)));
    const U8 byte = TRY(cpu.fetch_in<U8>(argument_space, address));
    const U8 function = TRY(cpu.fetch_in<U8>(table_space, cpu.wrap(table + byte)));
    if (function == 0) continue;
    set_marked_address(cpu, address);
    cpu.gr(2) = (cpu.gr(2) & ~0xFFull) | function;
    cpu.cc = i == op.r1 ? 2 : 1;
    return Step::next;
  }
  cpu.cc = 0;
  return Step::next;
}

// M3 of TRTE and TRTRE.
struct TestControls {
  explicit TestControls(unsigned m3) : argument_size(m3 & 8 ? 2 : 1), function_size(m3 & 4 ? 2 : 1), limited(m3 & 2) {}
  unsigned argument_size, function_size;
  bool limited;  // arguments above 255 have the function code zero
};

Access<U16> fetch_character(Cpu& cpu, Context space, U64 address, unsigned size) {
  if (size == 2) return cpu.fetch_in<U16>(space, address);
  const auto byte = cpu.fetch_in<U8>(space, address);
  if (!byte) return Access<U16>::refused();
  return byte.value();
}

enum class Direction : std::uint8_t { forward, reverse };

// Register 1 has the address of the function codes, R2 receives the one found.
Step translate_and_test_extended(Cpu& cpu, const Op& op, Direction direction) {
  const TestControls controls{op.r3};
  const U64 argument = address_in(cpu, op.r1), length = length_in(cpu, op.r1 + 1u);
  if (op.r1 & 1 || length % controls.argument_size != 0) return specification(cpu);
  const U64 table = address_in(cpu, 1) & ~7ull;
  const Context argument_space = cpu.space_of(op.r1), table_space = cpu.space_of(1);
  constexpr U64 unit_limit = 4096;
  const U64 limit = std::min(length, unit_limit);
  U64 done = 0;
  U16 function = 0;
  const auto place = [&](U64 offset) { return direction == Direction::forward ? argument + offset : argument - offset; };
  for (; done < limit; done += controls.argument_size) {
    const U16 character = TRY(fetch_character(cpu, argument_space, cpu.wrap(place(done)), controls.argument_size));
    if (controls.limited && character > 0xFF) continue;
    function = TRY(fetch_character(cpu, table_space, cpu.wrap(table + U64{character} * controls.function_size), controls.function_size));
    if (function != 0) break;
  }
  set_address_in(cpu, op.r1, place(done));
  set_length_in(cpu, op.r1 + 1u, length - done);
  if (function != 0) set_length_in(cpu, op.r2, function);
  cpu.cc = function != 0 ? 1 : done < length ? unfinished : 0;
  return Step::next;
}

// TROO, TROT, TRTO, TRTT: the source at R2 through the table at register 1 to R1. R1 + 1 counts bytes of the source.
template <class Source, class Target>
Step translate_to(Cpu& cpu, const Op& op) {
  const U64 to = address_in(cpu, op.r1), from = address_in(cpu, op.r2), length = length_in(cpu, op.r1 + 1u);
  if (op.r1 & 1 || length % sizeof(Source) != 0) return specification(cpu);
  const bool has_test = (op.r3 & 1) == 0;
  const auto test_character = static_cast<Target>(cpu.gr(0));
  const U64 table = address_in(cpu, 1) & ~7ull;
  const Context to_space = cpu.space_of(op.r1), from_space = cpu.space_of(op.r2), table_space = cpu.space_of(1);
  constexpr U64 unit_limit = 1024;
  const auto update = [&](U64 characters) {
    set_address_in(cpu, op.r1, to + characters * sizeof(Target));
    set_length_in(cpu, op.r1 + 1u, length - characters * sizeof(Source));
    set_address_in(cpu, op.r2, from + characters * sizeof(Source));
  };
  const U64 all = length / sizeof(Source), limit = std::min(all, unit_limit);
  for (U64 i = 0; i < limit; ++i) {
    const auto character = TRY(cpu.fetch_in<Source>(from_space, cpu.wrap(from + i * sizeof(Source))));
    const auto translated = TRY(cpu.fetch_in<Target>(table_space, cpu.wrap(table + U64{character} * sizeof(Target))));
    if (has_test && translated == test_character) {
      cpu.cc = 1;
      return Step::next;
    }
    TRY(cpu.store_in<Target>(to_space, cpu.wrap(to + i * sizeof(Target)), translated));
    update(i + 1);  // a unit of operation is a character
  }
  cpu.cc = limit < all ? unfinished : 0;
  return Step::next;
}

}  // namespace

// The table's bytes are fetched as they are needed, so only those can be refused. Each byte is stored before the next one
// is translated, which shows where the table overlaps the first operand.
Z_INSTRUCTION(translate) {
  const unsigned length = op.r1 + 1u;
  const U64 table = cpu.operand2_rs(op);
  const Context table_space = cpu.space_of(op.b2);
  const auto first = TRY(OperandBytes::to_store(cpu, cpu.space_of(op.b1), cpu.operand1(op), length));
  if (bytes_left_in_page(table) >= table_size) {
    const std::byte* const functions = TRY(cpu.host_fetch_in(table_space, table, table_size));
    for (unsigned i = 0; i < length; ++i) first.set(i, host_load<U8>(functions + first.at(i)));
    return Step::next;
  }
  for (unsigned i = 0; i < length; ++i) TRY(cpu.probe_fetch_in(table_space, cpu.wrap(table + first.at(i)), 1));
  for (unsigned i = 0; i < length; ++i) first.set(i, TRY(cpu.fetch_in<U8>(table_space, cpu.wrap(table + first.at(i)))));
  return Step::next;
}

Z_INSTRUCTION(translate_and_test) {
  const U64 argument = cpu.operand1(op), table = cpu.operand2_rs(op);
  if (bytes_left_in_page(argument) > op.r1 && bytes_left_in_page(table) >= table_size)
    return translate_and_test_in_pages(cpu, op, argument, table);
  return translate_and_test(cpu, op, 1);
}
Z_INSTRUCTION(translate_and_test_reverse) { return translate_and_test(cpu, op, -1); }
Z_INSTRUCTION(translate_and_test_extended) { return translate_and_test_extended(cpu, op, Direction::forward); }
Z_INSTRUCTION(translate_and_test_reverse_extended) { return translate_and_test_extended(cpu, op, Direction::reverse); }
Z_INSTRUCTION(translate_one_to_one) { return translate_to<U8, U8>(cpu, op); }
Z_INSTRUCTION(translate_one_to_two) { return translate_to<U8, U16>(cpu, op); }
Z_INSTRUCTION(translate_two_to_one) { return translate_to<U16, U8>(cpu, op); }
Z_INSTRUCTION(translate_two_to_two) { return translate_to<U16, U16>(cpu, op); }

// In place, up to the byte of register 0, which stays.
Z_INSTRUCTION(translate_extended) {
  if (op.r1 & 1) return specification(cpu);
  const U64 address = address_in(cpu, op.r1), length = length_in(cpu, op.r1 + 1u), table = address_in(cpu, op.r2);
  const U64 limit = std::min(length, bytes_left_in_page(address));
  if (limit == 0) {
    cpu.cc = 0;
    return Step::next;
  }
  const auto test_byte = static_cast<U8>(cpu.gr(0));
  const auto functions = TRY(OperandBytes::to_fetch(cpu, cpu.space_of(op.r2), table, table_size));
  const auto first = TRY(OperandBytes::to_store(cpu, cpu.space_of(op.r1), address, limit));
  U64 i = 0;
  for (; i < limit && first.at(i) != test_byte; ++i) first.set(i, functions.at(first.at(i)));
  advance_pair(cpu, op.r1, i);
  cpu.cc = i < limit ? 1 : limit < length ? unfinished : 0;
  return Step::next;
}

}  // namespace cpu
