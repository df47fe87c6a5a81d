// DEFLATE CONVERSION CALL. PoP ch. 26, DFLTCC: compresses and expands in pieces; what must be known again lies in the parameter
// block and, for circular history, in the history buffer.
#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "base/be.h"
#include "cpu/configuration.h"
#include "cpu/deflate_compress.h"
#include "cpu/deflate_expand.h"
#include "cpu/instruction.h"
#include "cpu/operand_registers.h"

namespace cpu {
namespace {

using namespace deflate;
using Bytes = std::span<std::byte>;
using ConstBytes = std::span<const std::byte>;

constexpr unsigned query = 0, generate = 1, compress = 2, decompress = 4;
constexpr std::size_t piece = 4096;

// PoP ch. 26, "Parameter Block for DFLTCC", format 0.
struct ParameterBlock {
  z::be16 version;
  std::uint8_t model_version, reserved_3;
  z::be32 continuation;  // bit 31
  std::array<std::byte, 8> reserved_8;
  std::uint8_t controls, more_controls;
  std::uint8_t sub_byte_boundary;
  std::uint8_t ending_code;  // operation-ending-supplemental code
  z::be16 incomplete_status, incomplete_length;
  std::array<std::byte, 20> reserved_24;
  z::be16 history_length, history_offset;
  z::be32 check_value;
  z::be16 end_symbol;  // left-aligned in 15 bits
  z::be16 end_length;  // in bits 0-3
  z::be16 table_length;
  std::array<std::byte, 6> reserved_58;
  std::array<std::byte, 288> table;
  std::array<std::byte, 32> reserved_352;
  std::array<std::byte, 1152> state;
};
static_assert(sizeof(ParameterBlock) == 1536 && offsetof(ParameterBlock, history_length) == 44 && offsetof(ParameterBlock, state) == 384);
constexpr std::uint8_t new_task = 0x80, adler = 0x20, dynamic_table = 0x08, block_continues = 0x04, closes_block = 0x02, final_block = 0x01;
constexpr std::uint16_t table_bits = 0xFFF;

// What was found wrong, of the source or of the code table.
constexpr std::uint8_t corrupt_data = 0x11, corrupt_table = 0x12;

// Bits that the target had no room for.
struct PendingBits {
  z::be16 count{0};
  std::array<std::byte, 1000> bytes{};
};
static_assert(sizeof(PendingBits) <= sizeof(ParameterBlock::state));

template <class T>
T state_of(const ParameterBlock& parameters) {
  T state;
  if (parameters.continuation & 1) std::memcpy(static_cast<void*>(&state), parameters.state.data(), sizeof(T));
  return state;
}
template <class T>
void keep_state(ParameterBlock& parameters, const T& state) {
  std::memcpy(parameters.state.data(), static_cast<const void*>(&state), sizeof(T));
}

// The operands and what an execution knows of them.
class Call {
 public:
  Call(Cpu& cpu, const Op& op) : cpu_(cpu), op_(op), is_circular_((cpu.gr(0) & 0x80) != 0) {}

  bool has_valid_registers() const {
    const auto is_pair = [](unsigned n) { return n != 0 && n % 2 == 0; };
    if (!is_pair(op_.r1) || !is_pair(op_.r2) || op_.r1 == op_.r2) return false;
    return !is_circular_ || (op_.r3 != 0 && op_.r3 != op_.r1 && op_.r3 != op_.r2 && (history_at() & 0xFFF) == 0);
  }
  std::uint64_t target_length() const { return length_in(cpu_, op_.r1 + 1U); }
  std::uint64_t source_length() const { return length_in(cpu_, op_.r2 + 1U); }

  Access<> fetch_parameters() {
    if (!cpu_.fetch_bytes_in(space_of_parameters(), parameters_at(), std::as_writable_bytes(std::span{&parameters, 1})))
      return Access<>::refused();
    if (parameters.controls & new_task) {  // a history may be given even so: a dictionary
      parameters.continuation = 0;
      parameters.controls &= static_cast<std::uint8_t>(~new_task);
    }
    return {};
  }
  // May everything be stored? The piece of the target too.
  Access<> probe(std::size_t target_bytes) {
    if (!cpu_.probe_store_in(space_of_parameters(), parameters_at(), sizeof parameters)) return Access<>::refused();
    if (target_bytes != 0 && !cpu_.probe_store_in(cpu_.space_of(op_.r1), address_in(cpu_, op_.r1), target_bytes)) return Access<>::refused();
    for (std::size_t at = 0; is_circular_ && at < window_length; at += piece)
      if (!cpu_.probe_store_in(cpu_.space_of(op_.r3), cpu_.wrap(history_at() + at), piece)) return Access<>::refused();
    return {};
  }
  Access<> fetch_source(Bytes bytes) {
    if (bytes.empty()) return {};
    return cpu_.fetch_bytes_in(cpu_.space_of(op_.r2), address_in(cpu_, op_.r2), bytes);
  }
  Access<> fetch_target(Bytes bytes) { return cpu_.fetch_bytes_in(cpu_.space_of(op_.r1), address_in(cpu_, op_.r1), bytes); }

  // The history in its order; in-line it is in front of the operand in register pair `pair`.
  Access<> fetch_history(std::vector<std::byte>& window, unsigned pair) {
    const std::size_t length = parameters.history_length;
    window.resize(length);
    const std::uint64_t in_line = address_in(cpu_, pair) - length;
    for (std::size_t at = 0; at < length;) {
      const std::size_t offset = (parameters.history_offset + at) % window_length;
      const std::size_t count = std::min({length - at, piece, is_circular_ ? window_length - offset : piece});
      const auto from = is_circular_ ? cpu_.fetch_bytes_in(cpu_.space_of(op_.r3), cpu_.wrap(history_at() + offset), Bytes{window}.subspan(at, count))
                                     : cpu_.fetch_bytes_in(cpu_.space_of(pair), cpu_.wrap(in_line + at), Bytes{window}.subspan(at, count));
      if (!from) return Access<>::refused();
      at += count;
    }
    return {};
  }
  Access<> append_history(ConstBytes text) {
    const std::size_t begin = parameters.history_offset + parameters.history_length;
    for (std::size_t at = 0; is_circular_ && at < text.size();) {
      const std::size_t offset = (begin + at) % window_length;
      const std::size_t count = std::min({text.size() - at, piece, window_length - offset});
      if (!cpu_.store_bytes_in(cpu_.space_of(op_.r3), cpu_.wrap(history_at() + offset), text.subspan(at, count))) return Access<>::refused();
      at += count;
    }
    const std::size_t total = parameters.history_length + text.size();
    if (total > window_length && is_circular_)
      parameters.history_offset = static_cast<std::uint16_t>((parameters.history_offset + total - window_length) % window_length);
    parameters.history_length = static_cast<std::uint16_t>(std::min<std::size_t>(total, window_length));
    return {};
  }

  // The check value of CRC-32 is kept with its bytes reversed.
  void check(ConstBytes text) {
    const auto* bytes = reinterpret_cast<const Bytef*>(text.data());
    const auto length = static_cast<uInt>(text.size());
    const std::uint32_t before = parameters.check_value;
    if (parameters.controls & adler) parameters.check_value = static_cast<std::uint32_t>(adler32(before, bytes, length));
    else parameters.check_value = std::byteswap(static_cast<std::uint32_t>(crc32(std::byteswap(before), bytes, length)));
  }

  Access<> store_target(ConstBytes bytes) {
    if (bytes.empty()) return {};
    return cpu_.store_bytes_in(cpu_.space_of(op_.r1), address_in(cpu_, op_.r1), bytes);
  }
  Step end(std::uint8_t cc, std::size_t target_bytes, std::size_t source_bytes) {
    TRY(cpu_.store_bytes_in(space_of_parameters(), parameters_at(), std::as_bytes(std::span{&parameters, 1})));
    if (target_bytes != 0) advance_pair(cpu_, op_.r1, target_bytes);
    if (source_bytes != 0) advance_pair(cpu_, op_.r2, source_bytes);
    cpu_.cc = cc;
    return Step::next;
  }
  Step end_wrong(std::uint8_t what) {
    parameters.ending_code = what;
    return end(2, 0, 0);
  }

  ParameterBlock parameters;

 private:
  std::uint64_t parameters_at() const { return address_in(cpu_, 1); }
  std::uint64_t history_at() const { return address_in(cpu_, op_.r3); }
  Context space_of_parameters() { return cpu_.space_of(1); }

  Cpu& cpu_;
  const Op& op_;
  const bool is_circular_;
};

// Bit n: function n. Then the formats of parameter blocks: format 0.
Step query_available_functions(Cpu& cpu) {
  std::array<std::byte, 32> answer{};
  answer[0] = std::byte{1U << (7 - query) | 1U << (7 - generate) | 1U << (7 - compress) | 1U << (7 - decompress)};
  answer[24] = std::byte{0x80};
  TRY(cpu.store_bytes_in(cpu.space_of(1), address_in(cpu, 1), answer));
  cpu.cc = 0;
  return Step::next;
}

// Of the first bytes of the source, none of which are used up.
Step generate_table(Call& call) {
  constexpr std::size_t sample_length = piece;
  TRY(call.fetch_parameters());
  TRY(call.probe(0));
  std::array<std::byte, sample_length> buffer;
  const Bytes sample = Bytes{buffer}.first(std::min<std::uint64_t>(call.source_length(), sample_length));
  TRY(call.fetch_source(sample));
  BitSink sink;
  write_lengths(sink, suitable_lengths(sample));
  call.parameters.table = {};
  std::ranges::copy(sink.bytes(), call.parameters.table.begin());
  call.parameters.table_length = static_cast<std::uint16_t>(sink.bits());
  call.parameters.ending_code = 0;
  return call.end(0, 0, 0);
}

// The state comes from the program's storage: nothing in it may be believed.
bool is_sound(const ExpandState& state, std::size_t history) {
  const auto is_length = [](std::uint8_t length) { return length <= longest_code; };
  return state.phase <= ExpandState::coded && state.unread_bit < 8 && state.unread_count <= state.unread.size() &&
         std::ranges::all_of(state.lengths.literal, is_length) && std::ranges::all_of(state.lengths.distance, is_length) &&
         (state.match_length == 0 || (state.match_distance != 0 && state.match_distance <= history));
}

Step expand_piece(Call& call, const Op& op) {
  TRY(call.fetch_parameters());
  ParameterBlock& parameters = call.parameters;
  auto state = state_of<ExpandState>(parameters);
  if (parameters.history_length > window_length || !is_sound(state, parameters.history_length)) return call.end_wrong(corrupt_data);
  const std::size_t room = std::min<std::uint64_t>(call.target_length(), piece), unread = state.unread_count;
  TRY(call.probe(room));
  std::vector<std::byte> window;
  TRY(call.fetch_history(window, op.r1));
  std::vector<std::byte> bytes(state.unread.begin(), state.unread.begin() + static_cast<std::ptrdiff_t>(unread));
  bytes.resize(unread + std::min<std::uint64_t>(call.source_length(), piece));
  TRY(call.fetch_source(Bytes{bytes}.subspan(unread)));
  BitSource source{bytes, unread != 0 ? state.unread_bit : parameters.sub_byte_boundary & 7U};
  const std::size_t history = window.size();
  const Ended ended = expand(state, source, window, history + room);
  if (ended == Ended::corrupt) return call.end_wrong(corrupt_data);

  const ConstBytes output = ConstBytes{window}.subspan(history);
  // What of the source stays: in the operand, or in the state when the operand ends within an element.
  const std::size_t at = source.position() / 8, fetched = bytes.size() - unread;
  const bool takes_all = ended == Ended::source_short;
  const std::size_t used = takes_all ? fetched : at > unread ? at - unread : 0;
  const std::size_t kept_end = takes_all ? bytes.size() : std::max(at, unread);
  if (kept_end - at > state.unread.size()) return call.end_wrong(corrupt_data);
  std::ranges::copy(ConstBytes{bytes}.subspan(at, kept_end - at), state.unread.begin());
  state.unread_count = static_cast<std::uint16_t>(kept_end - at);
  state.unread_bit = static_cast<std::uint8_t>(source.position() % 8);
  parameters.sub_byte_boundary = static_cast<std::uint8_t>(kept_end == at ? source.position() % 8 : 0);
  keep_state(parameters, state);
  parameters.continuation = ended == Ended::last_block ? 0 : 1;
  parameters.ending_code = 0;

  TRY(call.store_target(output));
  call.check(output);
  TRY(call.append_history(output));
  std::uint8_t cc = 3;
  if (ended == Ended::last_block) cc = 0;
  else if (ended == Ended::target_full && call.target_length() == output.size()) cc = 1;
  else if (takes_all && call.source_length() == used) cc = 2;
  return call.end(cc, output.size(), used);
}

// What the target holds already, or what it had no room for, comes first.
Access<BitSink*> begin_output(Call& call, BitSink& sink) {
  const auto pending = state_of<PendingBits>(call.parameters);
  BitSource source{pending.bytes, 0};
  for (std::size_t left = std::min<std::size_t>(pending.count, 8 * pending.bytes.size()); left > 0; --left) sink.put(*source.take(1), 1);
  const unsigned boundary = call.parameters.sub_byte_boundary & 7U;
  if (pending.count != 0 || boundary == 0) return &sink;
  std::array<std::byte, 1> first;
  if (!call.fetch_target(first)) return Access<BitSink*>::refused();
  sink.put(std::to_integer<unsigned>(first[0]), boundary);
  return &sink;
}

// Nothing: the compressed table of the parameter block describes no codes.
std::optional<CodeLengths> lengths_of_block(const ParameterBlock& parameters) {
  if ((parameters.controls & dynamic_table) == 0) return fixed_lengths();
  CodeLengths lengths;
  BitSource source{parameters.table, 0};
  if (read_lengths(source, lengths) != Described::yes || source.position() != (parameters.table_length & table_bits)) return std::nullopt;
  return lengths;
}

void write_block_header(BitSink& sink, const ParameterBlock& parameters) {
  const bool is_dynamic = (parameters.controls & dynamic_table) != 0;
  sink.put(parameters.controls & final_block, 1);
  sink.put(is_dynamic ? 2 : 1, 2);
  if (!is_dynamic) return;
  BitSource table{parameters.table, 0};
  for (unsigned i = 0; i < (parameters.table_length & table_bits); ++i) sink.put(*table.take(1), 1);
}

// As many tokens as the target takes, and a few that wait; how many bytes of text they are. Nothing: there is no code.
std::optional<std::size_t> write_tokens(BitSink& sink, const Encoder& encoder, ConstBytes window, std::size_t history, std::uint64_t room) {
  std::size_t at = history;
  for (const Token& token : tokenize(window, history)) {
    if (sink.bits() / 8 >= room) break;
    const std::size_t length = token.is_literal() ? 1 : token.length;
    if (encoder.can_write(token)) {
      encoder.write(sink, token);
    } else {
      for (std::size_t i = 0; i < length; ++i) {
        const Token literal{std::to_integer<std::uint16_t>(window[at + i]), 0};
        if (!encoder.can_write(literal)) return std::nullopt;
        encoder.write(sink, literal);
      }
    }
    at += length;
  }
  return at - history;
}

Step compress_piece(Call& call, const Op& op) {
  TRY(call.fetch_parameters());
  ParameterBlock& parameters = call.parameters;
  if (parameters.history_length > window_length) return call.end_wrong(corrupt_data);
  const auto lengths = lengths_of_block(parameters);
  if (!lengths) return call.end_wrong(corrupt_table);
  const std::size_t room = std::min<std::uint64_t>(call.target_length(), piece);
  TRY(call.probe(room));
  if (room == 0) {
    const bool is_done = call.source_length() == 0 && (parameters.continuation & 1) == 0 && (parameters.controls & closes_block) == 0;
    return call.end(is_done ? 0 : 1, 0, 0);
  }
  BitSink sink;
  TRY(begin_output(call, sink));
  std::vector<std::byte> window;
  TRY(call.fetch_history(window, op.r2));
  const std::size_t history = window.size();
  constexpr std::size_t text_piece = 1024;  // even when each byte takes two, and a table, it fits a piece of the target
  window.resize(history + std::min<std::uint64_t>(call.source_length(), text_piece));
  TRY(call.fetch_source(Bytes{window}.subspan(history)));

  const Encoder encoder{*lengths};
  const bool only_flushes = (parameters.continuation & 1) != 0 && call.source_length() == 0;
  if (!only_flushes && (parameters.controls & block_continues) == 0) {
    write_block_header(sink, parameters);
    parameters.controls |= block_continues;
  }
  const auto used = write_tokens(sink, encoder, window, history, room);
  if (!used) return call.end_wrong(corrupt_table);
  const bool is_source_done = *used == call.source_length();
  if (is_source_done && (parameters.controls & closes_block) != 0 && (parameters.controls & block_continues) != 0) {
    encoder.write_end(sink);
    parameters.controls &= static_cast<std::uint8_t>(~block_continues);
  }
  parameters.end_symbol = static_cast<std::uint16_t>(encoder.end_code() << (16 - encoder.end_length()));
  parameters.end_length = static_cast<std::uint16_t>(encoder.end_length() << 12);

  // Whole bytes go out; a part of one stands at the target's address, and what has no room waits.
  const std::size_t whole = std::min<std::size_t>(sink.bits() / 8, room), stored = std::min(sink.bytes().size(), room);
  PendingBits pending;
  const bool fits = stored == sink.bytes().size();
  if (!fits) {
    if (sink.bytes().size() - whole > pending.bytes.size()) return call.end_wrong(corrupt_data);  // a state that the program made up
    pending.count = static_cast<std::uint16_t>(sink.bits() - 8 * whole);
    std::copy(sink.bytes().begin() + static_cast<std::ptrdiff_t>(whole), sink.bytes().end(), pending.bytes.begin());
  }
  keep_state(parameters, pending);
  parameters.continuation = fits ? 0 : 1;
  parameters.sub_byte_boundary = static_cast<std::uint8_t>(fits ? sink.bits() % 8 : 0);
  parameters.ending_code = 0;

  const ConstBytes text = ConstBytes{window}.subspan(history, *used);
  TRY(call.store_target(ConstBytes{sink.bytes()}.first(stored)));
  call.check(text);
  TRY(call.append_history(text));
  std::uint8_t cc = 3;
  if (is_source_done && fits) cc = 0;
  else if (call.target_length() == whole) cc = 1;
  return call.end(cc, whole, *used);
}

}  // namespace

Z_INSTRUCTION(deflate_conversion_call) {
  const auto code = static_cast<unsigned>(cpu.gr(0) & 0x7F);
  if (code != query && code != generate && code != compress && code != decompress) return cpu.program_interruption(Pic::specification);
  if (code == query) return query_available_functions(cpu);
  Call call{cpu, op};
  if (code == generate) {
    if (op.r2 == 0 || op.r2 % 2 != 0) return cpu.program_interruption(Pic::specification);
    return generate_table(call);
  }
  if (!call.has_valid_registers()) return cpu.program_interruption(Pic::specification);
  return code == compress ? compress_piece(call, op) : expand_piece(call, op);
}

}  // namespace cpu
