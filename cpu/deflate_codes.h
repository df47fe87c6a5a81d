#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// Huffman codes and bit strings of RFC 1951, for DEFLATE CONVERSION CALL. zlib offers neither a table of the caller's nor a
// state that fits a parameter block, so the instruction needs its own.
namespace cpu::deflate {

inline constexpr unsigned literal_symbols = 288, distance_symbols = 32, end_of_block = 256, longest_code = 15;
inline constexpr unsigned shortest_match = 3, longest_match = 258, window_length = 32768;

// Code lengths of both alphabets; 0: no code.
struct CodeLengths {
  std::array<std::uint8_t, literal_symbols> literal{};
  std::array<std::uint8_t, distance_symbols> distance{};
};
const CodeLengths& fixed_lengths();

// A base value and how many bits are added to it.
struct Range {
  std::uint16_t base;
  std::uint8_t extra;
};
std::optional<Range> length_range(unsigned symbol);  // symbol less 257
std::optional<Range> distance_range(unsigned symbol);
unsigned symbol_of_length(unsigned length);      // less 257
unsigned symbol_of_distance(unsigned distance);

// Bits from the right of each byte on.
class BitSource {
 public:
  BitSource(std::span<const std::byte> bytes, std::size_t position) : bytes_(bytes), position_(position) {}
  std::size_t position() const { return position_; }
  void set_position(std::size_t position) { position_ = position; }
  std::size_t left() const { return position_ < 8 * bytes_.size() ? 8 * bytes_.size() - position_ : 0; }
  // Nothing: there are not so many.
  std::optional<unsigned> take(unsigned count);

 private:
  std::span<const std::byte> bytes_;
  std::size_t position_;
};

class BitSink {
 public:
  void put(std::uint32_t value, unsigned count);
  std::size_t bits() const { return bits_; }
  const std::vector<std::byte>& bytes() const { return bytes_; }  // the last one perhaps not full

 private:
  std::vector<std::byte> bytes_;
  std::size_t bits_ = 0;
};

// The canonical code of an alphabet, for reading.
class Decoder {
 public:
  explicit Decoder(std::span<const std::uint8_t> lengths);
  bool is_possible() const { return !oversubscribed_; }
  enum class Failure : std::uint8_t { none, short_of_bits, no_code };
  struct Symbol {
    Failure failure;
    unsigned value;
  };
  Symbol take(BitSource& source) const;

 private:
  std::array<std::uint16_t, longest_code + 1> count_{};
  std::vector<std::uint16_t> symbols_;
  bool oversubscribed_ = false;
};

// And for writing: codes in the order in which they are sent, the first bit at the right.
std::vector<std::uint16_t> sent_codes(std::span<const std::uint8_t> lengths);

// The description of a dynamic block's codes, from the number of codes on (RFC 1951, 3.2.7).
enum class Described : std::uint8_t { yes, short_of_bits, corrupt };
Described read_lengths(BitSource& source, CodeLengths& lengths);
void write_lengths(BitSink& sink, const CodeLengths& lengths);

// Lengths that suit the frequencies, none more than `longest`. A frequency of 0 has no code.
void choose_lengths(std::span<const std::uint32_t> frequencies, std::span<std::uint8_t> lengths, unsigned longest);

}  // namespace cpu::deflate
