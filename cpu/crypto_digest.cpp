// COMPUTE INTERMEDIATE and LAST MESSAGE DIGEST. PoP ch. 7, KIMD and KLMD.
#include <algorithm>

#include "base/be.h"
#include "cpu/crypto_functions.h"
#include "cpu/crypto_hash.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

using Bytes = std::span<std::byte>;
using Buffer = std::array<std::byte, crypto_piece>;

constexpr FunctionRange kimd_functions[] = {{0, 1, Model::z990}, {2, 2, Model::z9}, {3, 3, Model::z10},
                                            {32, 37, Model::z14}, {65, 65, Model::z196}};
constexpr FunctionRange klmd_functions[] = {{0, 1, Model::z990}, {2, 2, Model::z9}, {3, 3, Model::z10}, {32, 37, Model::z14}};

Hash hash_of(unsigned code) {
  switch (code) {
    case 1: return Hash::sha_1;
    case 2: return Hash::sha_256;
    case 3: return Hash::sha_512;
    case 32: return Hash::sha3_224;
    case 33: return Hash::sha3_256;
    case 34: return Hash::sha3_384;
    case 35: return Hash::sha3_512;
    case 36: return Hash::shake_128;
    case 37: return Hash::shake_256;
    default: return Hash::ghash;
  }
}

// The parameter block: state, for SHA-1 and SHA-2 in KLMD followed by the message bit length.
using State = std::array<std::byte, 200>;

// One piece of whole blocks; what is stored of the state is its chaining value.
Access<> absorb_piece(Cpu& cpu, const Op& op, const CryptoRequest& request, Hash hash) {
  State parameters;
  const Bytes state = Bytes{parameters}.first(state_length(hash));
  const std::size_t changed = hash == Hash::ghash ? block_length(hash) : state.size();
  Buffer buffer;
  const std::size_t unit = block_length(hash);
  const auto length = std::min<std::uint64_t>(length_in(cpu, op.r2 + 1u), crypto_piece / unit * unit);
  const Bytes text = Bytes{buffer}.first(length / unit * unit);
  if (!cpu.fetch_bytes_in(cpu.space_of(1), request.parameters, state) || !cpu.fetch_bytes_in(cpu.space_of(op.r2), address_in(cpu, op.r2), text)) return Access<>::refused();
  absorb(hash, state, text);
  if (!cpu.store_bytes_in(cpu.space_of(1), request.parameters, state.first(changed))) return Access<>::refused();
  advance_pair(cpu, op.r2, text.size());
  return {};
}

// What is left of the message, at most a piece less a block, with the padding of FIPS 180-4: a one, zeros, the length.
Step finish_sha(Cpu& cpu, const Op& op, const CryptoRequest& request, Hash hash) {
  const std::size_t unit = block_length(hash), bit_length = unit / 8;
  State parameters;
  const Bytes state = Bytes{parameters}.first(state_length(hash));
  TRY(cpu.fetch_bytes_in(cpu.space_of(1), request.parameters, Bytes{parameters}.first(state.size() + bit_length)));
  Buffer buffer{};
  const std::size_t length = length_in(cpu, op.r2 + 1u);
  if (length != 0) TRY(cpu.fetch_bytes_in(cpu.space_of(op.r2), address_in(cpu, op.r2), Bytes{buffer}.first(length)));
  buffer[length] = std::byte{0x80};
  const std::size_t padded = (length + 1 + bit_length + unit - 1) / unit * unit;
  std::ranges::copy(Bytes{parameters}.subspan(state.size(), bit_length), buffer.begin() + static_cast<std::ptrdiff_t>(padded - bit_length));
  absorb(hash, state, Bytes{buffer}.first(padded));
  TRY(cpu.store_bytes_in(cpu.space_of(1), request.parameters, state));
  advance_pair(cpu, op.r2, length);
  return end_crypto(cpu, crypto_done);
}

// The last, incomplete block with the padding of FIPS 202: two or four bits of the function, then 10*1.
void mix_last_block(Hash hash, Bytes state, std::span<const std::byte> rest) {
  keccak_mix(state, rest);
  state[rest.size()] ^= is_shake(hash) ? std::byte{0x1F} : std::byte{0x06};
  state[block_length(hash) - 1] ^= std::byte{0x80};
}

// Mixes in what is left of the message; nothing is stored yet.
Access<> mix_rest(Cpu& cpu, const Op& op, Hash hash, Bytes state, std::size_t length) {
  Buffer buffer;
  const Bytes rest = Bytes{buffer}.first(length);
  if (length != 0 && !cpu.fetch_bytes_in(cpu.space_of(op.r2), address_in(cpu, op.r2), rest)) return Access<>::refused();
  const std::size_t whole = length / block_length(hash) * block_length(hash);
  absorb(hash, state, rest.first(whole));
  mix_last_block(hash, state, rest.subspan(whole));
  return {};
}

Step finish_sha3(Cpu& cpu, const Op& op, const CryptoRequest& request, Hash hash) {
  State state;
  TRY(cpu.fetch_bytes_in(cpu.space_of(1), request.parameters, state));
  const std::size_t length = length_in(cpu, op.r2 + 1u);
  TRY(mix_rest(cpu, op, hash, state, length));
  keccak_permute(state);
  TRY(cpu.store_bytes_in(cpu.space_of(1), request.parameters, state));
  advance_pair(cpu, op.r2, length);
  return end_crypto(cpu, crypto_done);
}

// GR0 bit 55, the padding state: the message is all in, what follows is output. The state is permuted in front of each block of
// output, so that it can be cut off behind any of them.
constexpr std::uint64_t padding_state = 0x100;

Step squeeze_shake(Cpu& cpu, const Op& op, const CryptoRequest& request, Hash hash) {
  State state;
  TRY(cpu.fetch_bytes_in(cpu.space_of(1), request.parameters, state));
  TRY(cpu.probe_store_in(cpu.space_of(1), request.parameters, state.size()));
  const bool is_padded = (cpu.gr(0) & padding_state) != 0;
  const std::size_t message = is_padded ? 0 : length_in(cpu, op.r2 + 1u);
  if (!is_padded) TRY(mix_rest(cpu, op, hash, state, message));
  const std::size_t unit = block_length(hash);
  const std::uint64_t wanted = length_in(cpu, op.r1 + 1u);
  Buffer buffer;
  const Bytes output = Bytes{buffer}.first(std::min<std::uint64_t>(wanted, crypto_piece / unit * unit));
  for (Bytes left = output; !left.empty();) {
    keccak_permute(state);
    const std::size_t taken = std::min(left.size(), unit);
    std::copy_n(state.begin(), taken, left.begin());
    left = left.subspan(taken);
  }
  if (!output.empty()) TRY(cpu.store_bytes_in(cpu.space_of(op.r1), address_in(cpu, op.r1), output));
  TRY(cpu.store_bytes_in(cpu.space_of(1), request.parameters, state));
  advance_pair(cpu, op.r2, message);
  advance_pair(cpu, op.r1, output.size());
  if (output.size() == wanted) return end_crypto(cpu, crypto_done);
  cpu.gr(0) |= padding_state;
  return end_crypto(cpu, crypto_unfinished);
}

}  // namespace

Z_INSTRUCTION(compute_intermediate_message_digest) {
  if (!is_operand_pair(op.r2)) return cpu.program_interruption(Pic::specification);
  const CryptoRequest request = crypto_request(cpu);
  if (const auto end = end_early(cpu, request, kimd_functions)) return *end;
  const Hash hash = hash_of(request.code);
  const std::uint64_t length = length_in(cpu, op.r2 + 1u);
  if (length % block_length(hash) != 0) return cpu.program_interruption(Pic::specification);
  if (length == 0) return end_crypto(cpu, crypto_done);
  TRY(absorb_piece(cpu, op, request, hash));
  return end_crypto(cpu, length_in(cpu, op.r2 + 1u) == 0 ? crypto_done : crypto_unfinished);
}

Z_INSTRUCTION(compute_last_message_digest) {
  if (!is_operand_pair(op.r2)) return cpu.program_interruption(Pic::specification);
  const CryptoRequest request = crypto_request(cpu);
  if (const auto end = end_early(cpu, request, klmd_functions)) return *end;
  const Hash hash = hash_of(request.code);
  if (is_shake(hash) && !is_operand_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  const bool is_padded = is_shake(hash) && (cpu.gr(0) & padding_state) != 0;
  // So much that a block of padding still has room behind it.
  const std::uint64_t last_piece = crypto_piece - 2 * block_length(hash);
  if (!is_padded && length_in(cpu, op.r2 + 1u) > last_piece) {
    TRY(absorb_piece(cpu, op, request, hash));
    return end_crypto(cpu, crypto_unfinished);
  }
  if (is_shake(hash)) return squeeze_shake(cpu, op, request, hash);
  return is_keccak(hash) ? finish_sha3(cpu, op, request, hash) : finish_sha(cpu, op, request, hash);
}

}  // namespace cpu
