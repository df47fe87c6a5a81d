// CIPHER MESSAGE and its modes, and COMPUTE MESSAGE AUTHENTICATION CODE. PoP ch. 7, KM, KMC, KMCTR, KMF, KMO, KMAC.
#include <algorithm>

#include "cpu/crypto_cipher.h"
#include "cpu/crypto_functions.h"
#include "cpu/crypto_wrapping.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

using Bytes = std::span<std::byte>;
using Buffer = std::array<std::byte, crypto_piece>;

constexpr FunctionRange query{0, 0, Model::z990};
constexpr FunctionRange km_functions[] = {query, {1, 3, Model::z990}, {9, 11, Model::z196}, {18, 18, Model::z9},
                                          {19, 20, Model::z10}, {26, 28, Model::z196}, {50, 50, Model::z196},
                                          {52, 52, Model::z196}, {58, 58, Model::z196}, {60, 60, Model::z196}};
constexpr FunctionRange kmc_functions[] = {query, {1, 3, Model::z990}, {9, 11, Model::z196}, {18, 18, Model::z9},
                                           {19, 20, Model::z10}, {26, 28, Model::z196}};
constexpr FunctionRange kmac_functions[] = {query, {1, 3, Model::z990}, {9, 11, Model::z196}, {18, 20, Model::z196},
                                            {26, 28, Model::z196}};
// KMCTR, KMF and KMO, of message-security-assist extension 4.
constexpr FunctionRange mode_functions[] = {{0, 3, Model::z196}, {9, 11, Model::z196}, {18, 20, Model::z196},
                                            {26, 28, Model::z196}};

// Where the key and the chaining value stand in the parameter block, and what the length is a multiple of.
struct Layout {
  unsigned key_at, chaining_at, chaining_length, unit;
};
Layout layout_without_chaining(const CipherKind& kind) { return {0, 0, 0, kind.block()}; }
Layout layout_with_chaining(const CipherKind& kind) { return {kind.block(), 0, kind.block(), kind.block()}; }
Layout layout_of_xts(const CipherKind& kind) { return {0, kind.field_length(), kind.block(), kind.block()}; }

// A parameter block in the host's hands.
class Parameters {
 public:
  static constexpr std::size_t longest = 128;
  static Access<Parameters> fetch(Cpu& cpu, std::uint64_t address, const CipherKind& kind, const Layout& layout) {
    Parameters result;
    result.address_ = address;
    result.layout_ = layout;
    const auto length = std::max(layout.key_at + kind.field_length(), layout.chaining_at + layout.chaining_length);
    if (!cpu.fetch_bytes_in(cpu.space_of(1), address, Bytes{result.bytes_}.first(length))) return Access<Parameters>::refused();
    if (layout.chaining_length != 0 && !cpu.probe_store_in(cpu.space_of(1), result.chaining_address(cpu), layout.chaining_length))
      return Access<Parameters>::refused();
    return result;
  }
  Parameters() = default;

  std::optional<ClearKey> key(Cpu& cpu, const CipherKind& kind) const {
    return cpu.configuration().wrapping_keys().clear_key(kind, std::span{bytes_}.subspan(layout_.key_at, kind.field_length()));
  }
  Bytes chaining() { return Bytes{bytes_}.subspan(layout_.chaining_at, layout_.chaining_length); }
  Access<> store_chaining(Cpu& cpu) {
    if (layout_.chaining_length == 0) return {};
    return cpu.store_bytes_in(cpu.space_of(1), chaining_address(cpu), chaining());
  }

 private:
  std::uint64_t chaining_address(const Cpu& cpu) const { return cpu.wrap(address_ + layout_.chaining_at); }

  std::uint64_t address_ = 0;
  Layout layout_{};
  std::array<std::byte, longest> bytes_{};
};

std::size_t piece_of(std::uint64_t length, unsigned unit) {
  return static_cast<std::size_t>(std::min<std::uint64_t>(length, crypto_piece / unit * unit));
}

// The second operand is used up; the first one has taken as much.
Step end_piece(Cpu& cpu, const Op& op, std::size_t length) {
  if (op.r1 != op.r2) set_address_in(cpu, op.r1, address_in(cpu, op.r1) + length);
  advance_pair(cpu, op.r2, length);
  return end_crypto(cpu, length_in(cpu, op.r2 + 1u) == 0 ? crypto_done : crypto_unfinished);
}

// One piece of the second operand, through `transform(key, chaining value, text)`, to the first.
template <class F>
Step cipher_piece(Cpu& cpu, const Op& op, const CryptoRequest& request, const Layout& layout, F transform) {
  const std::uint64_t length = length_in(cpu, op.r2 + 1u);
  if (length % layout.unit != 0) return cpu.program_interruption(Pic::specification);
  if (length == 0) return end_crypto(cpu, crypto_done);
  const CipherKind kind = cipher_kind(request.code);
  Parameters parameters = TRY(Parameters::fetch(cpu, request.parameters, kind, layout));
  const auto key = parameters.key(cpu, kind);
  if (!key) return end_crypto(cpu, crypto_wrong_pattern);
  Buffer buffer;
  const Bytes text = Bytes{buffer}.first(piece_of(length, layout.unit));
  TRY(cpu.fetch_bytes_in(cpu.space_of(op.r2), address_in(cpu, op.r2), text));
  transform(*key, parameters.chaining(), text);
  TRY(cpu.store_bytes_in(cpu.space_of(op.r1), address_in(cpu, op.r1), text));
  TRY(parameters.store_chaining(cpu));
  return end_piece(cpu, op, text.size());
}

Direction direction_of(const CryptoRequest& request) { return request.modifier ? Direction::decipher : Direction::encipher; }
bool are_pairs(const Op& op) { return is_operand_pair(op.r1) && is_operand_pair(op.r2); }

}  // namespace

Z_INSTRUCTION(cipher_message) {
  if (!are_pairs(op)) return cpu.program_interruption(Pic::specification);
  const CryptoRequest request = crypto_request(cpu);
  if (const auto end = end_early(cpu, request, km_functions)) return *end;
  const CipherKind kind = cipher_kind(request.code);
  const Direction direction = direction_of(request);
  constexpr unsigned first_xts = 50;
  if (request.code >= first_xts)
    return cipher_piece(cpu, op, request, layout_of_xts(kind),
                        [&](const ClearKey& key, Bytes chaining, Bytes text) { xts(key, direction, chaining, text); });
  return cipher_piece(cpu, op, request, layout_without_chaining(kind),
                      [&](const ClearKey& key, Bytes, Bytes text) { electronic_codebook(key, direction, text); });
}

Z_INSTRUCTION(cipher_message_with_chaining) {
  if (!are_pairs(op)) return cpu.program_interruption(Pic::specification);
  const CryptoRequest request = crypto_request(cpu);
  if (const auto end = end_early(cpu, request, kmc_functions)) return *end;
  return cipher_piece(cpu, op, request, layout_with_chaining(cipher_kind(request.code)),
                      [&](const ClearKey& key, Bytes chaining, Bytes text) {
                        cipher_block_chaining(key, direction_of(request), chaining, text);
                      });
}

// The segment length is in GR0 bits 32-39.
Z_INSTRUCTION(cipher_message_with_cipher_feedback) {
  if (!are_pairs(op)) return cpu.program_interruption(Pic::specification);
  const CryptoRequest request = crypto_request(cpu);
  if (const auto end = end_early(cpu, request, mode_functions)) return *end;
  Layout layout = layout_with_chaining(cipher_kind(request.code));
  const unsigned feedback = cpu.gr32(0) >> 24;
  if (feedback == 0 || feedback > layout.unit) return cpu.program_interruption(Pic::specification);
  layout.unit = feedback;
  return cipher_piece(cpu, op, request, layout, [&](const ClearKey& key, Bytes chaining, Bytes text) {
    cipher_feedback(key, direction_of(request), feedback, chaining, text);
  });
}

Z_INSTRUCTION(cipher_message_with_output_feedback) {
  if (!are_pairs(op)) return cpu.program_interruption(Pic::specification);
  const CryptoRequest request = crypto_request(cpu);
  if (const auto end = end_early(cpu, request, mode_functions)) return *end;
  return cipher_piece(cpu, op, request, layout_with_chaining(cipher_kind(request.code)),
                      [](const ClearKey& key, Bytes chaining, Bytes text) { output_feedback(key, chaining, text); });
}

// The third operand is as long as the second: a counter for each block.
Z_INSTRUCTION(cipher_message_with_counter) {
  if (!are_pairs(op) || !is_operand_pair(op.r3)) return cpu.program_interruption(Pic::specification);
  const CryptoRequest request = crypto_request(cpu);
  if (const auto end = end_early(cpu, request, mode_functions)) return *end;
  const Layout layout = layout_without_chaining(cipher_kind(request.code));
  const std::uint64_t length = length_in(cpu, op.r2 + 1u);
  if (length % layout.unit != 0) return cpu.program_interruption(Pic::specification);
  Buffer counters;
  const Bytes used = Bytes{counters}.first(piece_of(length, layout.unit));
  if (!used.empty()) TRY(cpu.fetch_bytes_in(cpu.space_of(op.r3), address_in(cpu, op.r3), used));
  const Step step = cipher_piece(cpu, op, request, layout, [&](const ClearKey& key, Bytes, Bytes text) {
    counter_mode(key, used, text);
  });
  if (step == Step::next && cpu.cc != crypto_wrong_pattern)
    set_address_in(cpu, op.r3, address_in(cpu, op.r3) + used.size());
  return step;
}

Z_INSTRUCTION(compute_message_authentication_code) {
  if (!is_operand_pair(op.r2)) return cpu.program_interruption(Pic::specification);
  const CryptoRequest request = crypto_request(cpu);
  if (const auto end = end_early(cpu, request, kmac_functions)) return *end;
  const CipherKind kind = cipher_kind(request.code);
  const Layout layout = layout_with_chaining(kind);
  const std::uint64_t length = length_in(cpu, op.r2 + 1u);
  if (length % layout.unit != 0) return cpu.program_interruption(Pic::specification);
  if (length == 0) return end_crypto(cpu, crypto_done);
  Parameters parameters = TRY(Parameters::fetch(cpu, request.parameters, kind, layout));
  const auto key = parameters.key(cpu, kind);
  if (!key) return end_crypto(cpu, crypto_wrong_pattern);
  Buffer buffer;
  const Bytes text = Bytes{buffer}.first(piece_of(length, layout.unit));
  TRY(cpu.fetch_bytes_in(cpu.space_of(op.r2), address_in(cpu, op.r2), text));
  authenticate(*key, parameters.chaining(), text);
  TRY(parameters.store_chaining(cpu));
  advance_pair(cpu, op.r2, text.size());
  return end_crypto(cpu, length_in(cpu, op.r2 + 1u) == 0 ? crypto_done : crypto_unfinished);
}

}  // namespace cpu
