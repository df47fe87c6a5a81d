#include <algorithm>

#include "cpu/arithmetic.h"
#include "cpu/instruction.h"
#include "cpu/operand_bytes.h"
#include "cpu/operand_registers.h"

// Strings with an ending character, and CHECKSUM (PoP ch. 7). A unit of operation ends at a page boundary; where more is
// to be done the condition code is 3 and the program executes the instruction again.
namespace cpu {
namespace {

using U8 = std::uint8_t;
using U16 = std::uint16_t;
using U32 = std::uint32_t;
using U64 = std::uint64_t;

constexpr std::uint8_t unfinished = 3;

Step specification(Cpu& cpu) { return cpu.program_interruption(Pic::specification); }

// General register 0: the ending character on the right, zeros before it in bits 32-63.
bool has_valid_ending_byte(const Cpu& cpu) { return (cpu.gr32(0) & 0xFFFF'FF00) == 0; }
std::byte ending_byte(const Cpu& cpu) { return static_cast<std::byte>(cpu.gr(0)); }

// Moves bytes up to and with the ending one; where that is, or `limit`.
Z_GUEST_BYTES U64 move_up_to(std::byte ending, std::byte* target, const std::byte* source, U64 limit) {
  for (U64 i = 0; i < limit; ++i) {
    const std::byte byte = target[i] = source[i];
    if (byte == ending) return i;
  }
  return limit;
}

// Where two strings differ or both end, or `limit`.
Z_GUEST_BYTES U64 equal_up_to(std::byte ending, const std::byte* a, const std::byte* b, U64 limit) {
  U64 i = 0;
  while (i < limit && a[i] == b[i] && a[i] != ending) ++i;
  return i;
}

Z_GUEST_BYTES U64 find_byte(std::byte wanted, const std::byte* bytes, U64 limit) {
  U64 i = 0;
  while (i < limit && bytes[i] != wanted) ++i;
  return i;
}

}  // namespace

Z_INSTRUCTION(move_string) {
  if (!has_valid_ending_byte(cpu)) return specification(cpu);
  const U64 to = address_in(cpu, op.r1), from = address_in(cpu, op.r2);
  const U64 limit = std::min(bytes_left_in_page(to), bytes_left_in_page(from));
  const std::byte* const source = TRY(cpu.host_fetch_in(cpu.space_of(op.r2), from, limit));
  std::byte* const target = TRY(cpu.host_store_in(cpu.space_of(op.r1), to, limit));
  const U64 end = move_up_to(ending_byte(cpu), target, source, limit);
  if (end < limit) {
    set_address_in(cpu, op.r1, to + end);
    cpu.cc = 1;
    return Step::next;
  }
  set_address_in(cpu, op.r1, to + limit);
  set_address_in(cpu, op.r2, from + limit);
  cpu.cc = unfinished;
  return Step::next;
}

// An operand that ends first is the low one.
Z_INSTRUCTION(compare_logical_string) {
  if (!has_valid_ending_byte(cpu)) return specification(cpu);
  const U64 first = address_in(cpu, op.r1), second = address_in(cpu, op.r2);
  const U64 limit = std::min(bytes_left_in_page(first), bytes_left_in_page(second));
  const std::byte* const a = TRY(cpu.host_fetch_in(cpu.space_of(op.r1), first, limit));
  const std::byte* const b = TRY(cpu.host_fetch_in(cpu.space_of(op.r2), second, limit));
  const std::byte ending = ending_byte(cpu);
  const U64 i = equal_up_to(ending, a, b, limit);
  if (i == limit) {
    cpu.cc = unfinished;
  } else {
    const std::byte left{host_load<U8>(a + i)}, right{host_load<U8>(b + i)};
    if (left == right) {
      cpu.cc = 0;
      return Step::next;
    }
    cpu.cc = left == ending ? 1 : right == ending ? 2 : compare_code(left, right);
  }
  set_address_in(cpu, op.r1, first + i);
  set_address_in(cpu, op.r2, second + i);
  return Step::next;
}

// From the second operand address up to, but not including, the first.
Z_INSTRUCTION(search_string) {
  if (!has_valid_ending_byte(cpu)) return specification(cpu);
  const U64 end = address_in(cpu, op.r1), from = address_in(cpu, op.r2);
  const U64 length = cpu.wrap(end - from);
  if (length == 0) {
    cpu.cc = 2;
    return Step::next;
  }
  const U64 limit = std::min(length, bytes_left_in_page(from));
  const std::byte* const bytes = TRY(cpu.host_fetch_in(cpu.space_of(op.r2), from, limit));
  const U64 found = find_byte(ending_byte(cpu), bytes, limit);
  if (found < limit) {
    set_address_in(cpu, op.r1, from + found);
    cpu.cc = 1;
  } else if (limit == length) {
    cpu.cc = 2;
  } else {
    set_address_in(cpu, op.r2, from + limit);
    cpu.cc = unfinished;
  }
  return Step::next;
}

// The same for characters of two bytes, which may lie across a page boundary.
Z_INSTRUCTION(search_string_unicode) {
  if ((cpu.gr32(0) & 0xFFFF'0000) != 0) return specification(cpu);
  const U64 end = address_in(cpu, op.r1), from = address_in(cpu, op.r2);
  const auto character = static_cast<U16>(cpu.gr(0));
  const Context space = cpu.space_of(op.r2);
  const U64 length = cpu.wrap(end - from);
  constexpr U64 unit_limit = 4096;
  for (U64 i = 0; i < unit_limit; i += 2) {
    if (i >= length) {
      cpu.cc = 2;
      return Step::next;
    }
    if (TRY(cpu.fetch_in<U16>(space, cpu.wrap(from + i))) != character) continue;
    set_address_in(cpu, op.r1, from + i);
    cpu.cc = 1;
    return Step::next;
  }
  set_address_in(cpu, op.r2, from + unit_limit);
  cpu.cc = unfinished;
  return Step::next;
}

// The sum of words with the carry added at the right; a last part of a word is filled up with zeros.
Z_INSTRUCTION(checksum) {
  if (op.r2 & 1) return specification(cpu);
  constexpr U64 unit_limit = 4096;
  const U64 address = address_in(cpu, op.r2), length = length_in(cpu, op.r2 + 1u);
  const U64 limit = std::min(length, unit_limit);
  const Context space = cpu.space_of(op.r2);
  U64 sum = cpu.gr32(op.r1);
  U64 done = 0;
  for (; done + 4 <= limit; done += 4) sum += TRY(cpu.fetch_in<U32>(space, cpu.wrap(address + done)));
  for (unsigned shift = 24; done < limit; ++done, shift -= 8)
    sum += static_cast<U64>(TRY(cpu.fetch_in<U8>(space, cpu.wrap(address + done)))) << shift;
  while (sum >> 32 != 0) sum = (sum & 0xFFFF'FFFF) + (sum >> 32);
  cpu.set_gr32(op.r1, static_cast<U32>(sum));
  advance_pair(cpu, op.r2, done);
  cpu.cc = done == length ? 0 : unfinished;
  return Step::next;
}

// Bytes are compared in pairs, the shorter operand filled up, until as many in a row as the substring has are equal, or
// the longer operand ends. The registers are left at the beginning of the equal bytes, or at the end.
Z_INSTRUCTION(compare_until_substring_equal) {
  if ((op.r1 | op.r2) & 1) return specification(cpu);
  const U64 substring = cpu.gr(0) & 0xFF;
  const auto padding = static_cast<U8>(cpu.gr(1));
  const U64 first = address_in(cpu, op.r1), second = address_in(cpu, op.r2);
  const U64 first_length = length_in(cpu, op.r1 + 1u), second_length = length_in(cpu, op.r2 + 1u);
  const Context first_space = cpu.space_of(op.r1), second_space = cpu.space_of(op.r2);
  const U64 longer = std::max(first_length, second_length);
  constexpr U64 unit_limit = 4096;
  U64 i = 0, equal = 0;
  for (; i < longer && equal < substring && (i < unit_limit || equal != 0); ++i) {
    const U8 a = i < first_length ? TRY(cpu.fetch_in<U8>(first_space, cpu.wrap(first + i))) : padding;
    const U8 b = i < second_length ? TRY(cpu.fetch_in<U8>(second_space, cpu.wrap(second + i))) : padding;
    equal = a == b ? equal + 1 : 0;
  }
  if (equal == substring) cpu.cc = 0;
  else if (i < longer) cpu.cc = unfinished;
  else cpu.cc = equal != 0 ? 1 : 2;
  const U64 done = i - equal;
  advance_pair(cpu, op.r1, std::min(done, first_length));
  advance_pair(cpu, op.r2, std::min(done, second_length));
  return Step::next;
}

}  // namespace cpu
