// COMPRESSION CALL on small dictionaries: the expected symbols and conditions are those of Hercules 3.13, which was given the same
// dictionaries and operands. Then strings of a random dictionary, there and back.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "machine.h"

namespace cpu {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Entries = std::map<unsigned, std::uint64_t>;

constexpr std::uint64_t program = 0x10000, source = 0x20000, target = 0x30000, dictionary = 0x40000;
constexpr std::uint64_t format_1 = 0x200, expansion = 0x100, translation = 0x10000;
constexpr unsigned tilde = '~';  // the parent of all children here

std::uint64_t characters(std::uint64_t head, unsigned head_bytes, const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) head |= std::uint64_t{static_cast<std::uint8_t>(text[i])} << 8 * (7 - head_bytes - i);
  return head;
}
// The fields of a character entry: CCT, bits 3-7, bits 8-10, CPTR.
std::uint64_t entry(unsigned count, unsigned examine, unsigned middle, unsigned first_child, const std::string& text) {
  return characters(std::uint64_t{count} << 61 | std::uint64_t{examine} << 56 | std::uint64_t{middle} << 53 | std::uint64_t{first_child} << 40, 3, text);
}
std::uint64_t siblings_0(unsigned count, unsigned examine, const std::string& text) {
  return characters(std::uint64_t{count} << 61 | std::uint64_t{examine} << 56, 1, text);
}
std::uint64_t siblings_1(unsigned count, unsigned examine, const std::string& text) {
  return characters(std::uint64_t{count} << 60 | std::uint64_t{examine} << 48, 2, text);
}
std::uint64_t whole(const std::string& text) { return characters(std::uint64_t{text.size()} << 56, 1, text); }
std::uint64_t part(const std::string& text, unsigned preceding, unsigned offset) {
  return characters(std::uint64_t{text.size()} << 61 | std::uint64_t{preceding} << 48 | offset, 2, text);
}

class Compression {
 public:
  explicit Compression(const Entries& first = {}, const Entries& behind = {}, unsigned code = 1) : code_(code) {
    machine_.put_stops();
    for (const auto& [index, value] : first) machine_.put_value(dictionary + 8 * index, value);
    for (const auto& [index, value] : behind) machine_.put_value(dictionary + (8ULL << (8 + code)) + 8 * index, value);
    cpu().gr(1) = dictionary;
    cpu().gr(2) = target;
    cpu().gr(3) = 4096;
    cpu().gr(4) = source;
    put(program, {0xB2, 0x63, 0x00, 0x24});
  }
  Cpu& cpu() { return machine_.cpu(); }
  Machine& machine() { return machine_; }
  void put(std::uint64_t at, const Bytes& bytes) {
    ASSERT_EQ(machine_.storage().store({at}, std::as_bytes(std::span{bytes}), 0), StorageCheck::none);
  }
  // Until it is done, with the options in general register 0.
  void call(const Bytes& second, std::uint64_t options = 0) {
    put(source, second);
    cpu().gr(5) = second.size();
    cpu().gr(0) = options | code_ << 12;
    do {
      machine_.configuration().load_psw(0, {Machine::supervisor, program});
      machine_.step();
    } while (cpu().psw.ia == program + 4 && cpu().cc == 3);
  }
  void call(const std::string& second, std::uint64_t options = 0) { call(Bytes(second.begin(), second.end()), options); }
  bool was_interrupted() { return cpu().psw.ia != program + 4; }
  unsigned interruption_code() { return machine_.value<std::uint16_t>(0x8E); }
  std::string text() {
    std::string result;
    for (std::uint64_t at = target; at < cpu().gr(2); ++at) result += static_cast<char>(machine_.value<std::uint8_t>(at));
    return result;
  }
  std::vector<unsigned> symbols() {
    const unsigned bits = 8 + code_;
    std::vector<unsigned> result;
    const std::uint64_t count = ((cpu().gr(2) - target) * 8 + (cpu().gr(1) & 7)) / bits;
    for (std::uint64_t i = 0; i < count; ++i) {
      unsigned symbol = 0;
      for (std::uint64_t bit = i * bits; bit < (i + 1) * bits; ++bit)
        symbol = symbol << 1 | (machine_.value<std::uint8_t>(target + bit / 8) >> (7 - bit % 8) & 1);
      result.push_back(symbol);
    }
    return result;
  }

 private:
  Machine machine_;
  unsigned code_;
};

// Nine-bit symbols, one behind the other.
Bytes packed(const std::vector<unsigned>& symbols) {
  Bytes result((symbols.size() * 9 + 7) / 8);
  for (std::size_t bit = 0; bit < symbols.size() * 9; ++bit)
    if ((symbols[bit / 9] >> (8 - bit % 9) & 1) != 0) result[bit / 8] |= static_cast<std::uint8_t>(0x80 >> bit % 8);
  return result;
}

std::vector<unsigned> compressed(const Entries& first, const std::string& text, std::uint64_t options = 0, const Entries& behind = {}) {
  Compression call(first, behind);
  call.call(text, options);
  EXPECT_FALSE(call.was_interrupted());
  EXPECT_EQ(call.cpu().cc, 0);
  return call.symbols();
}
using Symbols = std::vector<unsigned>;

TEST(CompressionCall, AStringWithoutChildrenIsItsCharacters) { EXPECT_EQ(compressed({}, "~B"), (Symbols{'~', 'B'})); }

TEST(CompressionCall, AChildThatIsNotExaminedIsTakenForItsFirstCharacter) {
  EXPECT_EQ(compressed({{tilde, entry(2, 0, 0, 0x100, "BC")}, {0x101, entry(0, 0, 1, 0, "1")}}, "~B~C~C1"), (Symbols{0x100, 0x101, 0x101, '1'}));
}
TEST(CompressionCall, AnExaminedChildMustMatchInAllItsCharacters) {
  const Entries entries{{tilde, entry(2, 0b01000, 0, 0x100, "BC")}, {0x101, entry(0, 0, 1, 0, "1")}};
  EXPECT_EQ(compressed(entries, "~B~C~C1"), (Symbols{0x100, '~', 'C', 0x101}));
}
TEST(CompressionCall, TwoFurtherCharacters) {
  EXPECT_EQ(compressed({{tilde, entry(1, 0x10, 0, 0x100, "B")}, {0x100, entry(0, 0, 2, 0, "12")}}, "~B12~B1~B"),
            (Symbols{0x100, '~', 'B', '1', '~', 'B'}));
}
TEST(CompressionCall, TheOnlyChildStandsBehindTheFurtherCharacters) {
  EXPECT_EQ(compressed({{tilde, entry(1, 0x10, 0, 0x100, "B")}, {0x100, entry(1, 0, 4, 0x110, "1234D")}}, "~B1234D~B1234E"),
            (Symbols{0x110, 0x100, 'E'}));
}
TEST(CompressionCall, OneFurtherCharacterInFrontOfSeveralChildren) {
  EXPECT_EQ(compressed({{tilde, entry(1, 0x10, 0, 0x100, "B")}, {0x100, entry(3, 0, 1, 0x110, "1DEF")}}, "~B1E~B1F~BD"),
            (Symbols{0x111, 0x112, '~', 'B', 'D'}));
}
TEST(CompressionCall, ChildrenWithTheSameCharacterAreTriedInTurn) {
  const Entries entries{{tilde, entry(3, 0b11000, 0, 0x100, "BBC")}, {0x100, entry(0, 0, 1, 0, "1")}, {0x101, entry(0, 0, 1, 0, "2")}};
  EXPECT_EQ(compressed(entries, "~B2~B1~B3"), (Symbols{0x101, 0x100, '~', 'B', '3'}));
}
TEST(CompressionCall, ButOnlySideBySide) {
  const Entries entries{{tilde, entry(3, 0b11100, 0, 0x100, "BCB")}, {0x100, entry(0, 0, 1, 0, "1")}, {0x102, entry(0, 0, 1, 0, "2")}};
  EXPECT_EQ(compressed(entries, "~B2~B1"), (Symbols{'~', 'B', '2', 0x100}));
}
TEST(CompressionCall, SiblingsOfFormat0AreBehindTheirDescriptor) {
  const Entries entries{{tilde, entry(6, 0, 0, 0x100, "BCDEF")}, {0x105, siblings_0(3, 0, "GHIJKLM")}};
  EXPECT_EQ(compressed(entries, "~F~G~H~I~J"), (Symbols{0x104, 0x106, 0x107, 0x108, '~', 'J'}));
}
TEST(CompressionCall, SiblingsAlsoAfterAFurtherCharacter) {
  const Entries entries{{tilde, entry(1, 0x10, 0, 0x100, "B")}, {0x100, entry(5, 0, 1, 0x110, "1CDEF")}, {0x114, siblings_0(3, 0, "GHIJKLM")}};
  EXPECT_EQ(compressed(entries, "~B1F~B1G~B1I"), (Symbols{0x113, 0x115, 0x117}));
}
TEST(CompressionCall, ASiblingCountOfZeroGoesOnInAnotherDescriptor) {
  const Entries entries{{tilde, entry(6, 0, 0, 0x100, "BCDEF")}, {0x105, siblings_0(0, 0, "GHIJKLM")}, {0x10D, siblings_0(2, 0, "NOPQRST")}};
  EXPECT_EQ(compressed(entries, "~G~M~N~O~P"), (Symbols{0x106, 0x10C, 0x10E, 0x10F, '~', 'P'}));
}
TEST(CompressionCall, TheParentSaysWhetherTheLastSiblingsAreExamined) {
  Entries entries{{tilde, entry(6, 0, 0b010, 0x100, "BCDEF")}, {0x105, siblings_0(7, 0b10000, "GHIJKLM")}};
  for (unsigned i = 0x106; i <= 0x10C; ++i) entries[i] = entry(0, 0, 1, 0, "1");
  EXPECT_EQ(compressed(entries, "~G2~K2~L2~M2"), (Symbols{'~', 'G', '2', 0x10A, '2', 0x10B, '2', '~', 'M', '2'}));
}
TEST(CompressionCall, InFurtherDescriptorsTheyAlwaysAre) {
  Entries entries{{tilde, entry(6, 0, 0, 0x100, "BCDEF")}, {0x105, siblings_0(0, 0, "GHIJKLM")}, {0x10D, siblings_0(7, 0, "NOPQRST")}};
  for (unsigned i = 0x10E; i <= 0x114; ++i) entries[i] = entry(0, 0, 1, 0, "1");
  EXPECT_EQ(compressed(entries, "~R2~S2~T2"), (Symbols{0x112, '2', '~', 'S', '2', '~', 'T', '2'}));
}
TEST(CompressionCall, SiblingsOfFormat1GoOnInTheExpansionDictionary) {
  const Entries entries{{tilde, entry(6, 0, 0b100, 0x100, "BCDEF")}, {0x105, siblings_1(15, 0b000001000000, "GHIJKL")}, {0x114, siblings_1(2, 0, "UVWXYZ")},
                        {0x10B, entry(0, 0, 1, 0, "1")}, {0x112, entry(0, 0, 1, 0, "1")}};
  const Entries behind{{0x105, characters(0, 0, "MNOPQRST")}};
  EXPECT_EQ(compressed(entries, "~G~L~L1~M~S~T~U~V~W", format_1, behind),
            (Symbols{0x106, '~', 'L', 0x10B, 0x10C, '~', 'S', 0x113, 0x115, 0x116, '~', 'W'}));
}

TEST(CompressionCall, BitsInFrontOfASymbolStayAndThoseBehindBecomeZeros) {
  Compression call({{tilde, entry(1, 0, 0, 0x100, "B")}});
  call.put(target, {0xF8, 0xFF, 0xFF});
  call.cpu().gr(1) |= 5;
  call.call("~B");
  EXPECT_EQ(call.machine().value<std::uint32_t>(target) >> 8, 0xFC'00FFU);
  EXPECT_EQ(call.cpu().gr(1) & 7, 6U);
  EXPECT_EQ(call.cpu().gr(2), target + 1);
  EXPECT_EQ(call.cpu().gr(3), 4095U);
}
TEST(CompressionCall, TheFirstOperandEnds) {
  Compression call;
  call.cpu().gr(3) = 2;
  call.call("~~");
  EXPECT_EQ(call.cpu().cc, 1);
  EXPECT_EQ(call.cpu().gr(5), 1U);
  EXPECT_EQ(call.cpu().gr(3), 1U);
}
TEST(CompressionCall, BothOperandsEnd) {
  Compression call;
  call.cpu().gr(3) = 0;
  call.call("");
  EXPECT_EQ(call.cpu().cc, 0);
}
TEST(CompressionCall, SymbolsAreTranslated) {
  Compression call({{tilde, entry(1, 0, 0, 0x100, "B")}});
  constexpr std::uint64_t table = 0x1000;
  call.cpu().gr(1) |= table / 128 << 3;
  call.machine().put_value<std::uint16_t>(dictionary + table + 2 * 0x100, 0xF155);
  call.machine().put_value<std::uint16_t>(dictionary + table + 2 * tilde, 1);
  call.call("~B~", translation);
  EXPECT_EQ(call.symbols(), (Symbols{0x155, 1}));
}
TEST(CompressionCall, SymbolsOfThirteenBits) {
  Compression call({{tilde, entry(1, 0, 0, 0x1ABC, "B")}}, {}, 5);
  call.call("~B~");
  EXPECT_EQ(call.symbols(), (Symbols{0x1ABC, '~'}));
}

const Entries strings{{0x100, whole("ABC")}, {0x101, part("DE", 0x100, 3)}, {0x102, part("FGHIJ", 0x101, 5)}, {0x103, whole("1234567")},
                      {0x104, whole("")}, {0x105, part("Z", 0x106, 0)}, {0x106, part("Y", 0x105, 1)}};

TEST(CompressionCall, Expands) {
  Compression call(strings);
  call.call(packed({tilde, 0x100, 0x101, 0x102, 0x103}), expansion);
  EXPECT_EQ(call.cpu().cc, 0);
  EXPECT_EQ(call.text(), "~ABCABCDEABCDEFGHIJ1234567");
  EXPECT_EQ(call.cpu().gr(4), source + 5);
  EXPECT_EQ(call.cpu().gr(5), 1U);
  EXPECT_EQ(call.cpu().gr(1) & 7, 5U);
}
TEST(CompressionCall, AnExpandedStringThatDoesNotFitIsLeft) {
  Compression call(strings);
  call.cpu().gr(3) = 9;
  call.call(packed({0x100, 0x103}), expansion);
  EXPECT_EQ(call.cpu().cc, 1);
  EXPECT_EQ(call.text(), "ABC");
  EXPECT_EQ(call.cpu().gr(3), 6U);
  EXPECT_EQ(call.cpu().gr(5), 2U);
}
TEST(CompressionCall, BitsThatAreNoWholeSymbolAreLeft) {
  Compression call(strings);
  call.call(Bytes{0}, expansion);
  EXPECT_EQ(call.cpu().cc, 0);
  EXPECT_EQ(call.cpu().gr(5), 1U);
}
TEST(CompressionCall, ASymbolBelow256IsItsCharacterWhateverTheDictionarySays) {
  Compression call({{tilde, whole("QQ")}});
  call.call(packed({tilde}), expansion);
  EXPECT_EQ(call.text(), "~");
}

void expect_data_exception(const Entries& entries, const Bytes& operand, std::uint64_t options) {
  Compression call(entries);
  call.call(operand, options);
  EXPECT_TRUE(call.was_interrupted());
  EXPECT_EQ(call.interruption_code(), 7U);
}
TEST(CompressionCall, InvalidEntriesAreDataExceptions) {
  const auto with_child = [](std::uint64_t child) { return Entries{{tilde, entry(1, 0x10, 0, 0x100, "B")}, {0x100, child}}; };
  const Bytes text{'~', 'B', '1', 'C'};
  expect_data_exception(with_child(entry(7, 0, 0, 0x110, "1CDEF")), text, 0);
  expect_data_exception(with_child(entry(6, 0, 1, 0x110, "1CDEF")), text, 0);
  expect_data_exception(with_child(entry(0, 0, 5, 0, "12345")), text, 0);
  expect_data_exception({{tilde, entry(6, 0, 0, 0x100, "BCDEF")}}, {'~', 'G'}, format_1);
  expect_data_exception(strings, packed({0x104}), expansion);
  expect_data_exception(strings, packed({0x105}), expansion);
}
TEST(CompressionCall, SymbolSizesAndRegistersAreChecked) {
  Compression size({}, {}, 0);
  size.call("~");
  EXPECT_EQ(size.interruption_code(), 6U);
  Compression odd;
  odd.put(program, {0xB2, 0x63, 0x00, 0x34});
  odd.call("~");
  EXPECT_EQ(odd.interruption_code(), 6U);
}

// A tree of random strings over few characters, each a child of the string without its last character; its longest matches are
// found here by comparing with all of them.
class RandomDictionary {
 public:
  explicit RandomDictionary(unsigned seed) : random_(seed) {
    for (unsigned c = 0; c < 256; ++c) strings_[std::string(1, static_cast<char>(c))] = c;
    unsigned next = 256;
    std::vector<std::string> parents{"a", "b", "c", "d", "e"};
    for (std::size_t i = 0; i < parents.size() && next + 8 < 1024; ++i) {
      const unsigned count = random_() % 5 + 1;
      std::string children;
      for (unsigned k = 0; k < count; ++k) children += static_cast<char>('a' + k);
      for (unsigned k = 0; k < count; ++k) add(parents[i], children[k], next + k, parents);
      entries_[strings_.at(parents[i])] = entry(count, 0x1F, 0, next, children);
      next += count;
    }
  }
  const Entries& entries() const { return entries_; }
  const Entries& expansions() const { return expansions_; }
  std::string text(unsigned length) {
    std::string result;
    for (unsigned i = 0; i < length; ++i) result += static_cast<char>('a' + random_() % 6);
    return result;
  }
  Symbols symbols(const std::string& text) const {
    Symbols result;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t length = 1;
      for (std::size_t n = 2; at + n <= text.size() && strings_.contains(text.substr(at, n)); ++n) length = n;
      result.push_back(strings_.at(text.substr(at, length)));
      at += length;
    }
    return result;
  }

 private:
  void add(const std::string& parent, char c, unsigned index, std::vector<std::string>& parents) {
    const std::string string = parent + c;
    strings_[string] = index;
    parents.push_back(string);
    expansions_[index] = string.size() <= 7 ? whole(string) : part(std::string(1, c), strings_.at(parent), static_cast<unsigned>(parent.size()));
  }
  std::minstd_rand random_;
  std::map<std::string, unsigned> strings_;
  Entries entries_, expansions_;
};

TEST(CompressionCall, RandomTextGoesThereAndBack) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    RandomDictionary words(seed);
    const std::string text = words.text(3000);
    Compression there(words.entries(), {}, 2);
    there.call(text);
    ASSERT_EQ(there.cpu().cc, 0) << seed;
    ASSERT_EQ(there.symbols(), words.symbols(text)) << seed;
    const std::uint64_t end = there.cpu().gr(2) + ((there.cpu().gr(1) & 7) != 0 ? 1 : 0);
    Bytes image;
    for (std::uint64_t at = target; at < end; ++at) image.push_back(there.machine().value<std::uint8_t>(at));
    Compression back(words.expansions(), {}, 2);
    back.call(image, expansion);
    EXPECT_EQ(back.text(), text) << seed;
  }
}

}  // namespace
}  // namespace cpu
