#include "cpu/deflate_compress.h"

#include <algorithm>

namespace cpu::deflate {
namespace {

constexpr unsigned hash_bits = 12;

unsigned hash_at(std::span<const std::byte> window, std::size_t at) {
  const auto byte = [&](std::size_t i) { return std::to_integer<std::uint32_t>(window[at + i]); };
  return (byte(0) << 16 | byte(1) << 8 | byte(2)) * 2654435761U >> (32 - hash_bits);
}

// The last place of each hash: one candidate, as fast as it gets.
class Places {
 public:
  explicit Places(std::span<const std::byte> window) : window_(window), last_(1U << hash_bits, none) {}
  void remember(std::size_t at) {
    if (at + shortest_match <= window_.size()) last_[hash_at(window_, at)] = at;
  }
  // Length of the match with the candidate, and its distance; length 0: none.
  Token match(std::size_t at) const {
    if (at + shortest_match > window_.size()) return {0, 0};
    const std::size_t candidate = last_[hash_at(window_, at)];
    if (candidate == none || at - candidate > window_length) return {0, 0};
    const std::size_t most = std::min<std::size_t>(longest_match, window_.size() - at);
    std::size_t length = 0;
    while (length < most && window_[candidate + length] == window_[at + length]) ++length;
    if (length < shortest_match) return {0, 0};
    return {static_cast<std::uint16_t>(length), static_cast<std::uint16_t>(at - candidate)};
  }

 private:
  static constexpr std::size_t none = ~std::size_t{0};
  std::span<const std::byte> window_;
  std::vector<std::size_t> last_;
};

}  // namespace

std::vector<Token> tokenize(std::span<const std::byte> window, std::size_t history) {
  Places places{window};
  for (std::size_t at = 0; at < history; ++at) places.remember(at);
  std::vector<Token> tokens;
  for (std::size_t at = history; at < window.size();) {
    const Token match = places.match(at);
    const Token token = match.length != 0 ? match : Token{std::to_integer<std::uint16_t>(window[at]), 0};
    tokens.push_back(token);
    for (std::size_t used = token.is_literal() ? 1 : token.length; used > 0; --used) places.remember(at++);
  }
  return tokens;
}

Encoder::Encoder(const CodeLengths& lengths)
    : lengths_(lengths), literals_(sent_codes(lengths.literal)), distances_(sent_codes(lengths.distance)) {}

bool Encoder::can_write(const Token& token) const {
  if (token.is_literal()) return lengths_.literal[token.length] != 0;
  return lengths_.literal[end_of_block + 1 + symbol_of_length(token.length)] != 0 &&
         lengths_.distance[symbol_of_distance(token.distance)] != 0;
}

void Encoder::write(BitSink& sink, const Token& token) const {
  if (token.is_literal()) return put_literal(sink, token.length);
  const unsigned length_symbol = symbol_of_length(token.length), distance_symbol = symbol_of_distance(token.distance);
  const Range length = *length_range(length_symbol), distance = *distance_range(distance_symbol);
  put_literal(sink, end_of_block + 1 + length_symbol);
  sink.put(token.length - length.base, length.extra);
  sink.put(distances_[distance_symbol], lengths_.distance[distance_symbol]);
  sink.put(token.distance - distance.base, distance.extra);
}

std::uint16_t Encoder::end_code() const {
  unsigned sent = literals_[end_of_block], code = 0;
  for (unsigned i = 0; i < end_length(); ++i, sent >>= 1) code = code << 1 | (sent & 1);
  return static_cast<std::uint16_t>(code);
}

CodeLengths suitable_lengths(std::span<const std::byte> sample) {
  constexpr std::size_t used_literals = 286, used_distances = 30;
  std::array<std::uint32_t, literal_symbols> literals{};
  std::array<std::uint32_t, distance_symbols> distances{};
  std::fill_n(literals.begin(), used_literals, 1);
  std::fill_n(distances.begin(), used_distances, 1);
  for (const Token& token : tokenize(sample, 0)) {
    if (token.is_literal()) {
      ++literals[token.length];
      continue;
    }
    ++literals[end_of_block + 1 + symbol_of_length(token.length)];
    ++distances[symbol_of_distance(token.distance)];
  }
  CodeLengths lengths;
  choose_lengths(literals, lengths.literal, longest_code);
  choose_lengths(distances, lengths.distance, longest_code);
  return lengths;
}

}  // namespace cpu::deflate
