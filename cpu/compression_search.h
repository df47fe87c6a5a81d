#pragma once

#include "cpu/compression_dictionary.h"

// The longest string of a dictionary with which characters of the second operand begin.
namespace cpu::compression {

struct Match {
  unsigned symbol;
  unsigned length;
};

class Search {
 public:
  Search(Cpu& cpu, const Dictionary& dictionary, std::uint64_t address, std::uint64_t length)
      : cpu_(cpu), dictionary_(dictionary), address_(address), length_(length) {}
  // There is at least one character.
  Access<Match> longest();

 private:
  enum class Found : std::uint8_t { nothing, end, entry };  // end: a child that need not be examined
  Access<Found> try_children(std::uint64_t entry);
  Access<Found> try_siblings(const CharacterEntry& parent, unsigned index);
  Access<Found> try_child(std::uint8_t character, unsigned index, bool must_examine);
  Access<bool> extensions_match(const CharacterEntry& child);
  Access<std::uint8_t> character_at(unsigned i) {
    return cpu_.fetch_in<std::uint8_t>(dictionary_.space, cpu_.wrap(address_ + i));
  }
  template <class T>
  Access<T> invalid() {
    static_cast<void>(cpu_.program_interruption(Pic::data));
    return Access<T>::refused();
  }

  Cpu& cpu_;
  const Dictionary& dictionary_;
  std::uint64_t address_, length_;
  Match match_{};
  std::uint64_t entry_ = 0;   // of the string found so far
  std::uint8_t next_ = 0;     // the character behind it
  bool had_equal_ = false;    // a child with this character did not match for its further characters
  unsigned seen_ = 0;         // children of this entry
};

}  // namespace cpu::compression
