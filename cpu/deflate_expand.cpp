#include "cpu/deflate_expand.h"

#include <algorithm>

namespace cpu::deflate {
namespace {

// An element of the source: done, or how the execution ends; then the source stands where the element begins.
enum class Progress : std::uint8_t { done, block_ended, target_full, source_short, corrupt };

Progress begin_stored(ExpandState& state, BitSource& source) {
  source.set_position((source.position() + 7) / 8 * 8);
  const auto length = source.take(16), complement = source.take(16);
  if (!length || !complement) return Progress::source_short;
  if ((*length ^ *complement) != 0xFFFF) return Progress::corrupt;
  state.stored_left = static_cast<std::uint16_t>(*length);
  state.phase = ExpandState::stored;
  return Progress::done;
}

Progress begin_block(ExpandState& state, BitSource& source) {
  const auto is_last = source.take(1), type = source.take(2);
  if (!is_last || !type) return Progress::source_short;
  state.is_last = static_cast<std::uint8_t>(*is_last);
  switch (*type) {
    case 0: return begin_stored(state, source);
    case 1: state.lengths = fixed_lengths(); break;
    case 2: {
      const Described described = read_lengths(source, state.lengths);
      if (described != Described::yes) return described == Described::corrupt ? Progress::corrupt : Progress::source_short;
      break;
    }
    default: return Progress::corrupt;
  }
  state.phase = ExpandState::coded;
  return Progress::done;
}

Progress copy_stored(ExpandState& state, BitSource& source, std::vector<std::byte>& window, std::size_t limit) {
  while (state.stored_left != 0) {
    if (window.size() == limit) return Progress::target_full;
    const auto byte = source.take(8);
    if (!byte) return Progress::source_short;
    window.push_back(static_cast<std::byte>(*byte));
    state.stored_left = state.stored_left - 1;
  }
  return Progress::block_ended;
}

Progress copy_match(ExpandState& state, std::vector<std::byte>& window, std::size_t limit) {
  while (state.match_length != 0) {
    if (window.size() == limit) return Progress::target_full;
    window.push_back(window[window.size() - state.match_distance]);
    state.match_length = state.match_length - 1;
  }
  return Progress::done;
}

Progress begin_match(ExpandState& state, BitSource& source, const Decoder& distances, unsigned symbol, std::size_t reach) {
  const auto length = length_range(symbol);
  if (!length) return Progress::corrupt;
  const auto more = source.take(length->extra);
  if (!more) return Progress::source_short;
  const auto distance_symbol = distances.take(source);
  if (distance_symbol.failure == Decoder::Failure::short_of_bits) return Progress::source_short;
  const auto distance = distance_symbol.failure == Decoder::Failure::none ? distance_range(distance_symbol.value) : std::nullopt;
  if (!distance) return Progress::corrupt;
  const auto further = source.take(distance->extra);
  if (!further) return Progress::source_short;
  if (distance->base + *further > reach) return Progress::corrupt;
  state.match_length = static_cast<std::uint16_t>(length->base + *more);
  state.match_distance = static_cast<std::uint16_t>(distance->base + *further);
  return Progress::done;
}

// One symbol and what belongs to it. A full target does not keep the end of the block from being seen.
Progress take_symbol(ExpandState& state, BitSource& source, const Decoder& literals, const Decoder& distances,
                     std::vector<std::byte>& window, std::size_t limit) {
  const auto symbol = literals.take(source);
  if (symbol.failure == Decoder::Failure::short_of_bits) return Progress::source_short;
  if (symbol.failure == Decoder::Failure::no_code) return Progress::corrupt;
  if (symbol.value == end_of_block) return Progress::block_ended;
  if (window.size() == limit) return Progress::target_full;
  if (symbol.value > end_of_block) return begin_match(state, source, distances, symbol.value - end_of_block - 1, window.size());
  window.push_back(static_cast<std::byte>(symbol.value));
  return Progress::done;
}

Progress take_symbols(ExpandState& state, BitSource& source, std::vector<std::byte>& window, std::size_t limit) {
  const Decoder literals{state.lengths.literal}, distances{state.lengths.distance};
  for (;;) {
    if (copy_match(state, window, limit) == Progress::target_full) return Progress::target_full;
    const std::size_t before = source.position();
    const Progress progress = take_symbol(state, source, literals, distances, window, limit);
    if (progress == Progress::done) continue;
    if (progress != Progress::block_ended) source.set_position(before);
    return progress;
  }
}

Progress advance(ExpandState& state, BitSource& source, std::vector<std::byte>& window, std::size_t limit) {
  if (state.phase == ExpandState::stored) return copy_stored(state, source, window, limit);
  if (state.phase == ExpandState::coded) return take_symbols(state, source, window, limit);
  const std::size_t before = source.position();
  const Progress progress = begin_block(state, source);
  if (progress != Progress::done) source.set_position(before);
  return progress;
}

}  // namespace

Ended expand(ExpandState& state, BitSource& source, std::vector<std::byte>& window, std::size_t limit) {
  for (;;) {
    switch (advance(state, source, window, limit)) {
      case Progress::done: break;
      case Progress::block_ended:
        state.phase = ExpandState::between_blocks;
        if (state.is_last != 0) return Ended::last_block;
        break;
      case Progress::target_full: return Ended::target_full;
      case Progress::source_short: return Ended::source_short;
      case Progress::corrupt: return Ended::corrupt;
    }
  }
}

}  // namespace cpu::deflate
