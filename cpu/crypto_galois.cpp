// CIPHER MESSAGE WITH AUTHENTICATION: the Galois counter mode of NIST SP 800-38D. PoP ch. 7, KMA.
#include <algorithm>

#include "base/be.h"
#include "cpu/crypto_cipher.h"
#include "cpu/crypto_functions.h"
#include "cpu/crypto_hash.h"
#include "cpu/crypto_wrapping.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

using Bytes = std::span<std::byte>;
using Buffer = std::array<std::byte, crypto_piece>;

constexpr FunctionRange kma_functions[] = {{0, 0, Model::z14}, {18, 20, Model::z14}, {26, 28, Model::z14}};

// Flags in GR0 bits 53-55: the hash subkey is in the parameter block; this is the last of the additional authenticated data;
// the last of the text.
constexpr std::uint64_t has_subkey = 0x400, last_data = 0x200, last_text = 0x100;

constexpr unsigned block = 16;

struct ParameterBlock {
  std::array<std::byte, 12> reserved;
  z::be32 counter;
  std::array<std::byte, block> tag, subkey, lengths, initial_counter;
  std::array<std::byte, 64> key;
};
static_assert(sizeof(ParameterBlock) == 144);
constexpr std::size_t length_without_key = sizeof(ParameterBlock) - sizeof(ParameterBlock::key);
constexpr std::size_t changed_at = offsetof(ParameterBlock, counter), changed_length = 4 + 2 * block;

Bytes bytes_of(ParameterBlock& parameters) { return std::as_writable_bytes(std::span{&parameters, 1}); }

// Counter blocks for so much text: each is one more than the last.
void fill_counters(ParameterBlock& parameters, Bytes counters) {
  for (std::size_t at = 0; at < counters.size(); at += block) {
    parameters.counter = parameters.counter + 1;
    const Bytes counter = counters.subspan(at, block);
    std::ranges::copy(parameters.initial_counter, counter.begin());
    z::be32::store(&counter[block - sizeof(std::uint32_t)], parameters.counter);
  }
}

void cipher_text(const ClearKey& key, Direction direction, ParameterBlock& parameters, Bytes text) {
  if (text.empty()) return;
  if (direction == Direction::decipher) ghash(parameters.subkey, parameters.tag, text);
  std::array<std::byte, crypto_piece> buffer;
  const Bytes counters = Bytes{buffer}.first((text.size() + block - 1) / block * block);
  fill_counters(parameters, counters);
  counter_mode(key, counters, text);
  if (direction == Direction::encipher) ghash(parameters.subkey, parameters.tag, text);
}

void complete_tag(const ClearKey& key, ParameterBlock& parameters) {
  ghash(parameters.subkey, parameters.tag, parameters.lengths);
  auto mask = parameters.initial_counter;
  electronic_codebook(key, Direction::encipher, mask);
  xor_into(parameters.tag, mask);
}

bool are_operands_valid(const Op& op) {
  return is_operand_pair(op.r1) && is_operand_pair(op.r2) && is_operand_pair(op.r3) && op.r3 != op.r1 && op.r3 != op.r2;
}

// Only the last operand of either kind may end within a block.
bool are_lengths_valid(std::uint64_t flags, std::uint64_t data_length, std::uint64_t text_length) {
  const bool is_last_data = (flags & last_data) != 0, is_last_text = (flags & last_text) != 0;
  if (is_last_text && !is_last_data) return false;
  return (is_last_data || data_length % block == 0) && (is_last_text || text_length % block == 0);
}

// What one execution works on.
struct Piece {
  Buffer data_buffer, text_buffer;
  Bytes data, text;
  bool is_complete = false;  // nothing is left behind it
};

void choose_piece(Piece& piece, std::uint64_t flags, std::uint64_t data_length, std::uint64_t text_length) {
  piece.data = Bytes{piece.data_buffer}.first(std::min<std::uint64_t>(data_length, crypto_piece));
  const bool is_data_done = piece.data.size() == data_length;
  const bool takes_text = is_data_done && (flags & last_data) != 0;
  piece.text = Bytes{piece.text_buffer}.first(takes_text ? std::min<std::uint64_t>(text_length, crypto_piece) : 0);
  piece.is_complete = is_data_done && (!takes_text || piece.text.size() == text_length);
}

void work(const ClearKey& key, const CryptoRequest& request, std::uint64_t flags, ParameterBlock& parameters, Piece& piece) {
  if ((flags & has_subkey) == 0) {
    parameters.subkey = {};
    electronic_codebook(key, Direction::encipher, parameters.subkey);
  }
  if (!piece.data.empty()) ghash(parameters.subkey, parameters.tag, piece.data);
  cipher_text(key, request.modifier ? Direction::decipher : Direction::encipher, parameters, piece.text);
  if (piece.is_complete && (flags & last_text) != 0) complete_tag(key, parameters);
}

Step cipher_and_authenticate(Cpu& cpu, const Op& op, const CryptoRequest& request) {
  const std::uint64_t flags = cpu.gr(0), data_length = length_in(cpu, op.r3 + 1u), text_length = length_in(cpu, op.r2 + 1u);
  if (!are_lengths_valid(flags, data_length, text_length)) return cpu.program_interruption(Pic::specification);
  const CipherKind kind = cipher_kind(request.code);
  ParameterBlock parameters;
  TRY(cpu.fetch_bytes_in(cpu.space_of(1), request.parameters, bytes_of(parameters).first(length_without_key + kind.field_length())));
  TRY(cpu.probe_store_in(cpu.space_of(1), cpu.wrap(request.parameters + changed_at), changed_length));
  const auto key = cpu.configuration().wrapping_keys().clear_key(kind, parameters.key);
  if (!key) return end_crypto(cpu, crypto_wrong_pattern);
  Piece piece;
  choose_piece(piece, flags, data_length, text_length);
  if (!piece.data.empty()) TRY(cpu.fetch_bytes_in(cpu.space_of(op.r3), address_in(cpu, op.r3), piece.data));
  if (!piece.text.empty()) TRY(cpu.fetch_bytes_in(cpu.space_of(op.r2), address_in(cpu, op.r2), piece.text));
  work(*key, request, flags, parameters, piece);
  if (!piece.text.empty()) TRY(cpu.store_bytes_in(cpu.space_of(op.r1), address_in(cpu, op.r1), piece.text));
  TRY(cpu.store_bytes_in(cpu.space_of(1), cpu.wrap(request.parameters + changed_at), bytes_of(parameters).subspan(changed_at, changed_length)));
  cpu.gr(0) |= has_subkey;
  advance_pair(cpu, op.r3, piece.data.size());
  if (op.r1 != op.r2) set_address_in(cpu, op.r1, address_in(cpu, op.r1) + piece.text.size());
  advance_pair(cpu, op.r2, piece.text.size());
  return end_crypto(cpu, piece.is_complete ? crypto_done : crypto_unfinished);
}

}  // namespace

Z_INSTRUCTION(cipher_message_with_authentication) {
  if (!are_operands_valid(op)) return cpu.program_interruption(Pic::specification);
  const CryptoRequest request = crypto_request(cpu);
  if (const auto end = end_early(cpu, request, kma_functions)) return *end;
  return cipher_and_authenticate(cpu, op, request);
}

}  // namespace cpu
