#pragma once

#include <array>
#include <cstdint>

#include "cpu/cpu.h"

// The dictionaries of COMPRESSION CALL. "ESA/390 Data Compression", SA22-7208, "Dictionary Entries"; each entry has eight bytes.
namespace cpu::compression {

inline constexpr unsigned alphabet = 256;        // entries of single characters, which come first
inline constexpr unsigned longest_string = 260;  // that a symbol may stand for
inline constexpr unsigned most_children = 260, most_entries = 127;

enum class Siblings : std::uint8_t { format_0, format_1 };

// Where a dictionary is. What an entry refers to beyond its size counts modulo the size.
struct Dictionary {
  Context space;
  std::uint64_t origin;
  unsigned symbol_bits;
  Siblings siblings;

  unsigned entries() const { return 1U << symbol_bits; }
  unsigned size() const { return 8 * entries(); }
  Access<std::uint64_t> entry(Cpu& cpu, unsigned index) const {
    return cpu.fetch_in<std::uint64_t>(space, cpu.wrap(origin + 8 * (index & (entries() - 1))));
  }
  // Format-1 sibling descriptors go on in the expansion dictionary, which is behind.
  Access<std::uint64_t> extension(Cpu& cpu, unsigned index) const {
    return cpu.fetch_in<std::uint64_t>(space, cpu.wrap(origin + size() + 8 * (index & (entries() - 1))));
  }
};

// Bit and byte fields of an entry, counted from its left.
constexpr unsigned field(std::uint64_t entry, unsigned first_bit, unsigned bits) {
  return static_cast<unsigned>(entry >> (64 - first_bit - bits)) & ((1U << bits) - 1);
}
constexpr std::uint8_t character(std::uint64_t entry, unsigned byte) { return static_cast<std::uint8_t>(entry >> 8 * (7 - byte)); }

// A character entry: characters that extend the string, then children, each known by its first character.
class CharacterEntry {
 public:
  explicit constexpr CharacterEntry(std::uint64_t entry) : entry_(entry) {}
  constexpr bool is_valid() const { return has_many() ? count() + extensions() <= 6 : extensions() <= 4; }
  constexpr unsigned extensions() const { return has_many() ? field(entry_, 10, 1) : field(entry_, 8, 3); }
  constexpr std::uint8_t extension(unsigned i) const { return character(entry_, first_character + i); }
  // Those in the entry itself; with a sibling descriptor there are more.
  constexpr bool has_siblings() const { return has_many() && count() + extensions() == 6; }
  constexpr unsigned children() const { return has_siblings() ? count() - 1 : count(); }
  constexpr std::uint8_t child(unsigned i) const { return character(entry_, first_character + extensions() + i); }
  constexpr bool must_examine(unsigned i) const { return field(entry_, 3 + i, 1) != 0; }
  // Of the last two siblings of the first descriptor.
  constexpr bool must_examine_late_sibling(unsigned i) const { return field(entry_, 8 + i, 1) != 0; }
  constexpr unsigned first_child() const { return field(entry_, 11, 13); }

 private:
  static constexpr unsigned first_character = 3;
  constexpr unsigned count() const { return field(entry_, 0, 3); }
  constexpr bool has_many() const { return count() > 1; }
  std::uint64_t entry_;
};

// Further children: 7 of format 0, 14 of format 1. More than that go on in another descriptor behind their entries.
class SiblingDescriptor {
 public:
  constexpr SiblingDescriptor(Siblings format, std::uint64_t entry, std::uint64_t extension)
      : format_(format), entry_(entry), extension_(extension) {}
  constexpr unsigned capacity() const { return format_ == Siblings::format_0 ? 7 : 14; }
  constexpr bool is_valid() const { return format_ == Siblings::format_0 || count() != 0; }
  constexpr bool goes_on() const { return count() == (format_ == Siblings::format_0 ? 0U : 15U); }
  constexpr unsigned siblings() const { return goes_on() ? capacity() : count(); }
  constexpr std::uint8_t sibling(unsigned i) const {
    if (format_ == Siblings::format_0) return character(entry_, 1 + i);
    constexpr unsigned in_entry = 6;
    return i < in_entry ? character(entry_, 2 + i) : character(extension_, i - in_entry);
  }
  // The last two have no bit here.
  constexpr unsigned bits() const { return capacity() - 2; }
  constexpr bool must_examine(unsigned i) const { return field(entry_, (format_ == Siblings::format_0 ? 3 : 4) + i, 1) != 0; }

 private:
  constexpr unsigned count() const { return format_ == Siblings::format_0 ? field(entry_, 0, 3) : field(entry_, 0, 4); }
  Siblings format_;
  std::uint64_t entry_, extension_;
};

// An entry for expansion: the whole of a string, or a part of it and the entry with what precedes.
class ExpansionEntry {
 public:
  explicit constexpr ExpansionEntry(std::uint64_t entry) : entry_(entry) {}
  constexpr bool is_preceded() const { return field(entry_, 0, 3) != 0; }
  constexpr bool is_valid() const { return is_preceded() ? length() <= 5 : field(entry_, 3, 2) == 0 && length() != 0; }
  constexpr unsigned length() const { return is_preceded() ? field(entry_, 0, 3) : field(entry_, 5, 3); }
  constexpr std::uint8_t at(unsigned i) const { return character(entry_, (is_preceded() ? 2 : 1) + i); }
  constexpr unsigned offset() const { return is_preceded() ? field(entry_, 56, 8) : 0; }
  constexpr unsigned preceding() const { return field(entry_, 3, 13); }

 private:
  std::uint64_t entry_;
};

}  // namespace cpu::compression
