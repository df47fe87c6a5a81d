#include <array>

#include "cpu/instruction.h"
#include "cpu/operand_registers.h"

// CONVERT UTF-8, UTF-16 and UTF-32 into one another (PoP ch. 7). A unit of operation is a character.
namespace cpu {
namespace {

using U8 = std::uint8_t;
using U16 = std::uint16_t;
using U32 = std::uint32_t;
using U64 = std::uint64_t;

constexpr std::uint8_t source_done = 0, target_full = 1, invalid = 2, unfinished = 3;
enum class WellFormed : bool { assumed, checked };

// One character of the source: how many bytes it takes, and what it is; too long for what is left of the source, or
// invalid where `bytes` is 0.
struct Character {
  unsigned bytes;
  U32 code;
};
constexpr Character no_character{0, 0};

constexpr bool is_surrogate(U32 code) { return code >= 0xD800 && code <= 0xDFFF; }
constexpr bool is_high_surrogate(U32 unit) { return unit >> 10 == 0xD800 >> 10; }
constexpr bool is_low_surrogate(U32 unit) { return unit >> 10 == 0xDC00 >> 10; }
constexpr U32 last_code = 0x10FFFF;

unsigned utf8_length(U8 first) {
  if (first < 0x80) return 1;
  if (first < 0xC0) return 0;
  if (first < 0xE0) return 2;
  if (first < 0xF0) return 3;
  return first < 0xF8 ? 4 : 0;
}
// The shortest form, no surrogates, not above the last code.
bool is_well_formed_utf8(U32 code, unsigned bytes) {
  constexpr std::array<U32, 5> least{0, 0, 0x80, 0x800, 0x10000};
  return code >= least[bytes] && code <= last_code && !is_surrogate(code);
}

struct Utf8 {
  static Access<Character> fetch(Cpu& cpu, Context space, U64 address, U64 left, WellFormed form) {
    const auto first = cpu.fetch_in<U8>(space, address);
    if (!first) return Access<Character>::refused();
    const unsigned bytes = utf8_length(first.value());
    if (bytes == 0) return no_character;
    if (bytes > left) return Character{bytes, 0};
    constexpr std::array<U8, 5> payload{0, 0x7F, 0x1F, 0x0F, 0x07};
    U32 code = first.value() & payload[bytes];
    for (unsigned i = 1; i < bytes; ++i) {
      const auto next = cpu.fetch_in<U8>(space, cpu.wrap(address + i));
      if (!next) return Access<Character>::refused();
      if (form == WellFormed::checked && next.value() >> 6 != 2) return no_character;
      code = code << 6 | (next.value() & 0x3F);
    }
    if (form == WellFormed::checked && !is_well_formed_utf8(code, bytes)) return no_character;
    return Character{bytes, code};
  }
  static unsigned length(U32 code) { return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4; }
  static Access<> store(Cpu& cpu, Context space, U64 address, U32 code) {
    const unsigned bytes = length(code);
    constexpr std::array<unsigned, 5> lead{0, 0x00, 0xC0, 0xE0, 0xF0};
    std::array<std::byte, 4> text{};
    for (unsigned i = bytes - 1; i > 0; --i, code >>= 6) text[i] = static_cast<std::byte>(0x80 | (code & 0x3F));
    text[0] = static_cast<std::byte>(lead[bytes] | code);
    return cpu.store_bytes_in(space, address, std::span{text}.first(bytes));
  }
};

struct Utf16 {
  static Access<Character> fetch(Cpu& cpu, Context space, U64 address, U64 left, WellFormed form) {
    if (left < 2) return Character{2, 0};
    const auto first = cpu.fetch_in<U16>(space, address);
    if (!first) return Access<Character>::refused();
    if (!is_high_surrogate(first.value())) {
      if (form == WellFormed::checked && is_low_surrogate(first.value())) return no_character;
      return Character{2, first.value()};
    }
    if (left < 4) return Character{4, 0};
    const auto second = cpu.fetch_in<U16>(space, cpu.wrap(address + 2));
    if (!second) return Access<Character>::refused();
    if (form == WellFormed::checked && !is_low_surrogate(second.value())) return no_character;
    return Character{4, 0x10000 + ((first.value() & 0x3FFu) << 10 | (second.value() & 0x3FFu))};
  }
  static unsigned length(U32 code) { return code < 0x10000 ? 2 : 4; }
  static Access<> store(Cpu& cpu, Context space, U64 address, U32 code) {
    if (code < 0x10000) return cpu.store_in<U16>(space, address, static_cast<U16>(code));
    const U32 rest = code - 0x10000;
    return cpu.store_in<U32>(space, address, (0xD800 | (rest >> 10 & 0x3FF)) << 16 | 0xDC00 | (rest & 0x3FF));
  }
};

struct Utf32 {
  static Access<Character> fetch(Cpu& cpu, Context space, U64 address, U64 left, WellFormed) {
    if (left < 4) return Character{4, 0};
    const auto code = cpu.fetch_in<U32>(space, address);
    if (!code) return Access<Character>::refused();
    // What stands for a high surrogate is no character; what stands for a low one is taken as it is.
    if (code.value() > last_code || is_high_surrogate(code.value())) return no_character;
    return Character{4, code.value()};
  }
  static unsigned length(U32) { return 4; }
  static Access<> store(Cpu& cpu, Context space, U64 address, U32 code) { return cpu.store_in<U32>(space, address, code); }
};

Step end(Cpu& cpu, std::uint8_t cc) {
  cpu.cc = cc;
  return Step::next;
}

// R2 and R2 + 1 designate the source, R1 and R1 + 1 the target.
template <class Source, class Target>
Step convert(Cpu& cpu, const Op& op, WellFormed form) {
  if ((op.r1 | op.r2) & 1) return cpu.program_interruption(Pic::specification);
  const Context target = cpu.space_of(op.r1), source = cpu.space_of(op.r2);
  constexpr unsigned characters_at_once = 1024;
  for (unsigned i = 0; i < characters_at_once; ++i) {
    const U64 left = length_in(cpu, op.r2 + 1u);
    if (left == 0) return end(cpu, source_done);
    const auto [bytes, code] = TRY(Source::fetch(cpu, source, address_in(cpu, op.r2), left, form));
    if (bytes > left) return end(cpu, source_done);
    if (bytes == 0) return end(cpu, invalid);
    if (Target::length(code) > length_in(cpu, op.r1 + 1u)) return end(cpu, target_full);
    TRY(Target::store(cpu, target, address_in(cpu, op.r1), code));
    advance_pair(cpu, op.r1, Target::length(code));
    advance_pair(cpu, op.r2, bytes);
  }
  return end(cpu, unfinished);
}

// Bit 3 of M3: well-formedness checking (extended-translation facility 3, its enhancement).
WellFormed form_of(const Op& op) { return op.r3 & 1 ? WellFormed::checked : WellFormed::assumed; }

}  // namespace

Z_INSTRUCTION(convert_utf8_to_utf16) { return convert<Utf8, Utf16>(cpu, op, form_of(op)); }
Z_INSTRUCTION(convert_utf8_to_utf32) { return convert<Utf8, Utf32>(cpu, op, form_of(op)); }
Z_INSTRUCTION(convert_utf16_to_utf8) { return convert<Utf16, Utf8>(cpu, op, form_of(op)); }
Z_INSTRUCTION(convert_utf16_to_utf32) { return convert<Utf16, Utf32>(cpu, op, form_of(op)); }
Z_INSTRUCTION(convert_utf32_to_utf8) { return convert<Utf32, Utf8>(cpu, op, WellFormed::checked); }
Z_INSTRUCTION(convert_utf32_to_utf16) { return convert<Utf32, Utf16>(cpu, op, WellFormed::checked); }

}  // namespace cpu
