#pragma once

#include "cpu/deflate_codes.h"

namespace cpu::deflate {

// A literal (distance 0, the byte in `length`) or a match.
struct Token {
  std::uint16_t length, distance;
  bool is_literal() const { return distance == 0; }
};

// What the text behind the first `history` bytes of `window` is made of; greedy, with a match where one is found.
std::vector<Token> tokenize(std::span<const std::byte> window, std::size_t history);

// Writes tokens in the codes of a block.
class Encoder {
 public:
  explicit Encoder(const CodeLengths& lengths);
  // Are there codes for it?
  bool can_write(const Token& token) const;
  void write(BitSink& sink, const Token& token) const;
  void write_end(BitSink& sink) const { put_literal(sink, end_of_block); }
  // The end-of-block code as it is sent, the first bit leftmost, and its length.
  std::uint16_t end_code() const;
  unsigned end_length() const { return lengths_.literal[end_of_block]; }

 private:
  void put_literal(BitSink& sink, unsigned symbol) const { sink.put(literals_[symbol], lengths_.literal[symbol]); }
  CodeLengths lengths_;
  std::vector<std::uint16_t> literals_, distances_;
};

// Codes for text like this one. All symbols that a block may have are given one, for what follows the sample.
CodeLengths suitable_lengths(std::span<const std::byte> sample);

}  // namespace cpu::deflate
