#include "cpu/deflate_codes.h"

#include <algorithm>
#include <queue>

namespace cpu::deflate {
namespace {

constexpr unsigned length_symbols = 29, distances = 30;

constexpr auto length_table = [] {
  std::array<Range, length_symbols> table{};
  unsigned base = shortest_match;
  for (unsigned i = 0; i < length_symbols; ++i) {
    const unsigned extra = i < 8 ? 0 : (i - 4) / 4;
    table[i] = {static_cast<std::uint16_t>(base), static_cast<std::uint8_t>(extra)};
    base += 1U << extra;
  }
  table[length_symbols - 1] = {longest_match, 0};
  return table;
}();
constexpr auto distance_table = [] {
  std::array<Range, distances> table{};
  unsigned base = 1;
  for (unsigned i = 0; i < distances; ++i) {
    const unsigned extra = i < 4 ? 0 : (i - 2) / 2;
    table[i] = {static_cast<std::uint16_t>(base), static_cast<std::uint8_t>(extra)};
    base += 1U << extra;
  }
  return table;
}();

template <std::size_t n>
unsigned symbol_in(const std::array<Range, n>& table, unsigned value) {
  const auto behind = std::ranges::upper_bound(table, value, {}, &Range::base);
  return static_cast<unsigned>(behind - table.begin()) - 1;
}

// RFC 1951, 3.2.7: the lengths' lengths come in this order; 16-18 repeat.
constexpr std::array<std::uint8_t, 19> order = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
constexpr unsigned least_literals = 257, most_literals = 286, longest_length_code = 7;
constexpr unsigned repeat_last = 16, repeat_zero = 17, repeat_zero_long = 18;

Described read_all(BitSource& source, const Decoder& decoder, std::span<std::uint8_t> lengths) {
  for (std::size_t i = 0; i < lengths.size();) {
    const auto symbol = decoder.take(source);
    if (symbol.failure == Decoder::Failure::short_of_bits) return Described::short_of_bits;
    if (symbol.failure == Decoder::Failure::no_code) return Described::corrupt;
    if (symbol.value < repeat_last) {
      lengths[i++] = static_cast<std::uint8_t>(symbol.value);
      continue;
    }
    const unsigned extra = symbol.value == repeat_last ? 2 : symbol.value == repeat_zero ? 3 : 7;
    const auto more = source.take(extra);
    if (!more) return Described::short_of_bits;
    const std::size_t count = *more + (symbol.value == repeat_zero_long ? 11 : 3);
    if (symbol.value == repeat_last && i == 0) return Described::corrupt;
    if (i + count > lengths.size()) return Described::corrupt;
    const std::uint8_t value = symbol.value == repeat_last ? lengths[i - 1] : std::uint8_t{0};
    std::fill_n(lengths.begin() + static_cast<std::ptrdiff_t>(i), count, value);
    i += count;
  }
  return Described::yes;
}

}  // namespace

const CodeLengths& fixed_lengths() {
  static const auto fixed = [] {
    CodeLengths lengths;
    for (unsigned i = 0; i < literal_symbols; ++i) lengths.literal[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    lengths.distance.fill(5);
    return lengths;
  }();
  return fixed;
}

std::optional<Range> length_range(unsigned symbol) {
  if (symbol >= length_symbols) return std::nullopt;
  return length_table[symbol];
}
std::optional<Range> distance_range(unsigned symbol) {
  if (symbol >= distances) return std::nullopt;
  return distance_table[symbol];
}
unsigned symbol_of_length(unsigned length) { return length == longest_match ? length_symbols - 1 : symbol_in(length_table, length); }
unsigned symbol_of_distance(unsigned distance) { return symbol_in(distance_table, distance); }

std::optional<unsigned> BitSource::take(unsigned count) {
  if (left() < count) return std::nullopt;
  unsigned value = 0;
  for (unsigned i = 0; i < count; ++i, ++position_)
    value |= (std::to_integer<unsigned>(bytes_[position_ / 8]) >> position_ % 8 & 1) << i;
  return value;
}

void BitSink::put(std::uint32_t value, unsigned count) {
  for (unsigned i = 0; i < count; ++i, ++bits_) {
    if (bits_ % 8 == 0) bytes_.push_back(std::byte{0});
    bytes_.back() |= static_cast<std::byte>((value >> i & 1) << bits_ % 8);
  }
}

Decoder::Decoder(std::span<const std::uint8_t> lengths) {
  for (const std::uint8_t length : lengths) ++count_[length];
  count_[0] = 0;
  int room = 1;
  std::array<std::uint16_t, longest_code + 2> at{};
  for (unsigned length = 1; length <= longest_code; ++length) {
    room = 2 * room - count_[length];
    oversubscribed_ = oversubscribed_ || room < 0;
    at[length + 1] = static_cast<std::uint16_t>(at[length] + count_[length]);
  }
  symbols_.resize(lengths.size());
  for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol)
    if (lengths[symbol] != 0) symbols_[at[lengths[symbol]]++] = static_cast<std::uint16_t>(symbol);
}

// Codes of a length are consecutive numbers, and a longer one begins with more than any shorter.
Decoder::Symbol Decoder::take(BitSource& source) const {
  int code = 0, first = 0, index = 0;
  for (unsigned length = 1; length <= longest_code; ++length) {
    const auto bit = source.take(1);
    if (!bit) return {Failure::short_of_bits, 0};
    code |= static_cast<int>(*bit);
    const int count = count_[length];
    if (code - count < first) return {Failure::none, symbols_[static_cast<std::size_t>(index + code - first)]};
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  return {Failure::no_code, 0};
}

std::vector<std::uint16_t> sent_codes(std::span<const std::uint8_t> lengths) {
  std::array<unsigned, longest_code + 2> count{}, next{};
  for (const std::uint8_t length : lengths) ++count[length];
  count[0] = 0;
  for (unsigned length = 1; length <= longest_code; ++length) next[length] = (next[length - 1] + count[length - 1]) << 1;
  std::vector<std::uint16_t> codes(lengths.size());
  for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
    if (lengths[symbol] == 0) continue;
    unsigned code = next[lengths[symbol]]++;
    for (unsigned i = 0; i < lengths[symbol]; ++i, code >>= 1)
      codes[symbol] = static_cast<std::uint16_t>(codes[symbol] << 1 | (code & 1));
  }
  return codes;
}

Described read_lengths(BitSource& source, CodeLengths& lengths) {
  const auto literals = source.take(5), distance_count = source.take(5), described = source.take(4);
  if (!literals || !distance_count || !described) return Described::short_of_bits;
  const unsigned literal_count = *literals + least_literals;
  if (literal_count > most_literals) return Described::corrupt;
  std::array<std::uint8_t, order.size()> length_lengths{};
  for (unsigned i = 0; i < *described + 4; ++i) {
    const auto length = source.take(3);
    if (!length) return Described::short_of_bits;
    length_lengths[order[i]] = static_cast<std::uint8_t>(*length);
  }
  const Decoder decoder{length_lengths};
  if (!decoder.is_possible()) return Described::corrupt;
  std::array<std::uint8_t, literal_symbols + distance_symbols> both{};
  const auto used = std::span{both}.first(literal_count + *distance_count + 1);
  if (const Described result = read_all(source, decoder, used); result != Described::yes) return result;
  lengths = {};
  std::ranges::copy(used.first(literal_count), lengths.literal.begin());
  std::ranges::copy(used.subspan(literal_count), lengths.distance.begin());
  const bool is_possible = Decoder{lengths.literal}.is_possible() && Decoder{lengths.distance}.is_possible();
  return is_possible && lengths.literal[end_of_block] != 0 ? Described::yes : Described::corrupt;
}

void write_lengths(BitSink& sink, const CodeLengths& lengths) {
  // Every length by itself, none repeated: the description is a little longer and always fits its field.
  std::vector<std::uint8_t> both(lengths.literal.begin(), lengths.literal.begin() + most_literals);
  both.insert(both.end(), lengths.distance.begin(), lengths.distance.begin() + distances);
  std::array<std::uint32_t, order.size()> frequencies{};
  for (const std::uint8_t length : both) ++frequencies[length];
  std::array<std::uint8_t, order.size()> length_lengths{};
  choose_lengths(frequencies, length_lengths, longest_length_code);
  sink.put(most_literals - least_literals, 5);
  sink.put(distances - 1, 5);
  sink.put(order.size() - 4, 4);
  for (const std::uint8_t symbol : order) sink.put(length_lengths[symbol], 3);
  const auto codes = sent_codes(length_lengths);
  for (const std::uint8_t length : both) sink.put(codes[length], length_lengths[length]);
}

// Huffman's tree; where it is too deep, frequencies are brought nearer to each other.
void choose_lengths(std::span<const std::uint32_t> given, std::span<std::uint8_t> lengths, unsigned longest) {
  std::vector<std::uint32_t> frequencies(given.begin(), given.end());
  struct Node {
    std::uint32_t weight;
    int left, right;
  };
  for (;;) {
    std::vector<Node> nodes;
    using Entry = std::pair<std::uint32_t, int>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    for (std::size_t symbol = 0; symbol < frequencies.size(); ++symbol) {
      nodes.push_back({frequencies[symbol], -1, -1});
      if (frequencies[symbol] != 0) queue.emplace(frequencies[symbol], static_cast<int>(symbol));
    }
    std::ranges::fill(lengths, std::uint8_t{0});
    if (queue.size() == 1) lengths[static_cast<std::size_t>(queue.top().second)] = 1;
    while (queue.size() > 1) {
      const auto [first_weight, first] = queue.top();
      queue.pop();
      const auto [second_weight, second] = queue.top();
      queue.pop();
      nodes.push_back({first_weight + second_weight, first, second});
      queue.emplace(first_weight + second_weight, static_cast<int>(nodes.size()) - 1);
    }
    std::vector<unsigned> depth(nodes.size());
    unsigned deepest = 0;
    for (std::size_t i = nodes.size(); i-- > 0;) {
      if (nodes[i].left < 0) {
        if (i < lengths.size() && depth[i] != 0) lengths[i] = static_cast<std::uint8_t>(std::min(depth[i], 255U));
        deepest = std::max(deepest, depth[i]);
        continue;
      }
      depth[static_cast<std::size_t>(nodes[i].left)] = depth[static_cast<std::size_t>(nodes[i].right)] = depth[i] + 1;
    }
    if (deepest <= longest) return;
    for (std::uint32_t& frequency : frequencies)
      if (frequency != 0) frequency = frequency / 2 + 1;
  }
}

}  // namespace cpu::deflate
