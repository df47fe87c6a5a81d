// COMPRESSION CALL. PoP ch. 7; "ESA/390 Data Compression", SA22-7208. A unit of operation is a symbol: registers change with each.
#include <algorithm>
#include <array>

#include "cpu/compression_search.h"
#include "cpu/instruction.h"
#include "cpu/operand_registers.h"

namespace cpu {

using namespace compression;
using std::byte;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

namespace {

constexpr uint8_t second_operand_ended = 0, first_operand_ended = 1, unfinished = 3;
constexpr unsigned symbols_at_once = 1024;

// General register 0.
unsigned symbol_size_code(const Cpu& cpu) { return cpu.gr32(0) >> 12 & 0xF; }
bool translates_symbols(const Cpu& cpu) { return (cpu.gr32(0) >> 16 & 1) != 0; }
bool expands(const Cpu& cpu) { return (cpu.gr32(0) >> 8 & 1) != 0; }

// The dictionaries are in the space of the second operand.
Dictionary dictionary_of(Cpu& cpu, const Op& op) {
  const Siblings siblings = (cpu.gr32(0) >> 9 & 1) != 0 ? Siblings::format_1 : Siblings::format_0;
  return {cpu.space_of(op.r2), cpu.wrap(cpu.gr(1) & ~uint64_t{0xFFF}), symbol_size_code(cpu) + 8, siblings};
}

// The operand of symbols: register pair and, in general register 1, the bit of the byte at which the next symbol begins.
class SymbolOperand {
 public:
  SymbolOperand(Cpu& cpu, unsigned even, unsigned symbol_bits) : cpu_(cpu), even_(even), bits_(symbol_bits) {}
  // For a whole symbol.
  bool has_room() const { return length_in(cpu_, even_ + 1) >= bytes(); }
  Access<unsigned> fetch() {
    std::array<byte, 3> text{};
    if (!cpu_.fetch_bytes_in(space(), address_in(cpu_, even_), std::span{text}.first(bytes()))) return Access<unsigned>::refused();
    return value_of(text) >> (24 - first_bit() - bits_) & ((1U << bits_) - 1);
  }
  // Bits in front of the symbol stay, those behind it in its last byte become zeros.
  Access<> store(unsigned symbol) {
    std::array<byte, 3> text{};
    if (first_bit() != 0 && !cpu_.fetch_bytes_in(space(), address_in(cpu_, even_), std::span{text}.first(1))) return Access<>::refused();
    const unsigned in_front = value_of(text) & ~(0xFF'FFFFU >> first_bit()) & 0xFF'0000;
    const unsigned image = in_front | symbol << (24 - first_bit() - bits_);
    for (unsigned i = 0; i < text.size(); ++i) text[i] = static_cast<byte>(image >> 8 * (2 - i));
    return cpu_.store_bytes_in(space(), address_in(cpu_, even_), std::span{text}.first(bytes()));
  }
  void pass_symbol() {
    const unsigned behind = first_bit() + bits_;
    advance_pair(cpu_, even_, behind / 8);
    cpu_.gr(1) = (cpu_.gr(1) & ~uint64_t{7}) | behind % 8;
  }

 private:
  unsigned first_bit() const { return cpu_.gr32(1) & 7; }
  unsigned bytes() const { return (first_bit() + bits_ + 7) / 8; }
  Context space() { return cpu_.space_of(even_); }
  static unsigned value_of(const std::array<byte, 3>& text) {
    return std::to_integer<unsigned>(text[0]) << 16 | std::to_integer<unsigned>(text[1]) << 8 | std::to_integer<unsigned>(text[2]);
  }
  Cpu& cpu_;
  unsigned even_, bits_;
};

// The symbol by which a table of halfwords, within reach of general register 1, replaces it.
Access<unsigned> translated(Cpu& cpu, const Dictionary& dictionary, unsigned symbol) {
  const uint64_t table = dictionary.origin + (cpu.gr32(1) >> 3 & 0x1FF) * 128;
  const auto entry = cpu.fetch_in<std::uint16_t>(dictionary.space, cpu.wrap(table + 2 * symbol));
  if (!entry) return Access<unsigned>::refused();
  return entry.value() & (dictionary.entries() - 1);
}

Step compress(Cpu& cpu, const Op& op, const Dictionary& dictionary) {
  SymbolOperand first(cpu, op.r1, dictionary.symbol_bits);
  for (unsigned i = 0; i < symbols_at_once; ++i) {
    const uint64_t left = length_in(cpu, op.r2 + 1U);
    if (left == 0 || !first.has_room()) {
      cpu.cc = left == 0 ? second_operand_ended : first_operand_ended;
      return Step::next;
    }
    const Match match = TRY(Search(cpu, dictionary, address_in(cpu, op.r2), left).longest());
    unsigned symbol = match.symbol;
    if (translates_symbols(cpu)) symbol = TRY(translated(cpu, dictionary, symbol));
    TRY(first.store(symbol));
    first.pass_symbol();
    advance_pair(cpu, op.r2, match.length);
  }
  cpu.cc = unfinished;
  return Step::next;
}

// The string that a symbol stands for, from its end to its beginning: each entry tells what precedes. Returns its length.
Access<unsigned> expand_symbol(Cpu& cpu, const Dictionary& dictionary, unsigned symbol, std::span<byte, 512> to) {
  unsigned length = 0;
  for (unsigned entries = 0; entries <= most_entries; ++entries) {
    if (symbol < alphabet) {
      to[0] = static_cast<byte>(symbol);
      return std::max(length, 1U);
    }
    const auto text = dictionary.entry(cpu, symbol);
    if (!text) return Access<unsigned>::refused();
    const ExpansionEntry entry(text.value());
    const unsigned end = entry.offset() + entry.length();
    if (!entry.is_valid() || end > longest_string) break;
    for (unsigned i = 0; i < entry.length(); ++i) to[entry.offset() + i] = static_cast<byte>(entry.at(i));
    length = std::max(length, end);
    if (!entry.is_preceded()) return length;
    symbol = entry.preceding() & (dictionary.entries() - 1);
  }
  static_cast<void>(cpu.program_interruption(Pic::data));
  return Access<unsigned>::refused();
}

Step expand(Cpu& cpu, const Op& op, const Dictionary& dictionary) {
  SymbolOperand second(cpu, op.r2, dictionary.symbol_bits);
  std::array<byte, 512> string{};
  for (unsigned i = 0; i < symbols_at_once; ++i) {
    if (!second.has_room()) {
      cpu.cc = second_operand_ended;
      return Step::next;
    }
    if (length_in(cpu, op.r1 + 1U) == 0) {
      cpu.cc = first_operand_ended;
      return Step::next;
    }
    const unsigned length = TRY(expand_symbol(cpu, dictionary, TRY(second.fetch()), string));
    if (length > length_in(cpu, op.r1 + 1U)) {
      cpu.cc = first_operand_ended;
      return Step::next;
    }
    TRY(cpu.store_bytes_in(cpu.space_of(op.r1), address_in(cpu, op.r1), std::span{string}.first(length)));
    second.pass_symbol();
    advance_pair(cpu, op.r1, length);
  }
  cpu.cc = unfinished;
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(compression_call) {
  constexpr unsigned largest_code = 5;
  const unsigned code = symbol_size_code(cpu);
  if (((op.r1 | op.r2) & 1) != 0 || code == 0 || code > largest_code) return cpu.program_interruption(Pic::specification);
  const Dictionary dictionary = dictionary_of(cpu, op);
  return expands(cpu) ? expand(cpu, op, dictionary) : compress(cpu, op, dictionary);
}

}  // namespace cpu
