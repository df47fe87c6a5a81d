// PERFORM RANDOM NUMBER OPERATION: Hash_DRBG of NIST SP 800-90A with SHA-512, and true random numbers, which are the host's.
// PoP ch. 7, PRNO.
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <vector>

#include "base/assert.h"
#include "base/be.h"
#include "cpu/crypto_functions.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

using Bytes = std::span<std::byte>;
using ConstBytes = std::span<const std::byte>;

constexpr unsigned sha_512_drng = 3, trng_ratio = 112, trng = 114;
constexpr FunctionRange prno_functions[] = {
    {0, 0, Model::z13}, {sha_512_drng, sha_512_drng, Model::z13}, {trng_ratio, trng_ratio, Model::z14}, {trng, trng, Model::z14}};

constexpr std::size_t seed_length = 111;  // SP 800-90A, table 2: 888 bits
constexpr std::size_t longest_request = 65536, longest_seed = 512;

// The working state, PoP ch. 7, "PRNO-SHA-512-DRNG".
struct WorkingState {
  z::be32 reserved;
  z::be32 reseed_counter;
  z::be64 stream_bytes;
  std::byte before_v;
  std::array<std::byte, seed_length> v;
  std::byte before_c;
  std::array<std::byte, seed_length> c;
};
static_assert(sizeof(WorkingState) == 240);

Bytes bytes_of(WorkingState& state) { return std::as_writable_bytes(std::span{&state, 1}); }

using Digest = std::array<std::byte, 64>;
Digest sha_512(ConstBytes text) {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA512", nullptr);
  Digest digest;
  Z_ASSERT(EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr, fetched, nullptr) == 1);
  return digest;
}

std::vector<std::byte> prefixed(unsigned char prefix, ConstBytes text) {
  std::vector<std::byte> result{std::byte{prefix}};
  result.insert(result.end(), text.begin(), text.end());
  return result;
}

// Hash_df (10.3.1): as many bytes as a seed has.
void derive(ConstBytes input, Bytes seed) {
  for (unsigned char counter = 1; !seed.empty(); ++counter) {
    std::vector<std::byte> text{std::byte{counter}, std::byte{0}, std::byte{0}, std::byte{seed_length * 8 >> 8},
                                std::byte{seed_length * 8 & 0xFF}};
    text.insert(text.end(), input.begin(), input.end());
    const Digest digest = sha_512(text);
    const std::size_t taken = std::min(seed.size(), digest.size());
    std::copy_n(digest.begin(), taken, seed.begin());
    seed = seed.subspan(taken);
  }
}

// Modulo 2 to the power of the number's bits; the addend may be shorter.
void add_to(Bytes number, ConstBytes addend) {
  unsigned carry = 0;
  for (std::size_t i = 1; i <= number.size(); ++i) {
    std::byte& digit = number[number.size() - i];
    carry += std::to_integer<unsigned>(digit) + (i <= addend.size() ? std::to_integer<unsigned>(addend[addend.size() - i]) : 0);
    digit = static_cast<std::byte>(carry);
    carry >>= 8;
  }
}

// 10.1.1.2 and 10.1.1.3: the first seed, or another one for a generator that is already in use.
void seed(WorkingState& state, ConstBytes operand) {
  std::vector<std::byte> material;
  if (state.reseed_counter != 0) material = prefixed(1, state.v);
  material.insert(material.end(), operand.begin(), operand.end());
  derive(material, state.v);
  derive(prefixed(0, state.v), state.c);
  state.reseed_counter = 1;
  state.stream_bytes = 0;
}

// 10.1.1.4, one request.
void generate(WorkingState& state, Bytes output) {
  auto data = state.v;
  constexpr std::byte one[] = {std::byte{1}};
  for (Bytes left = output; !left.empty();) {
    const Digest digest = sha_512(data);
    const std::size_t taken = std::min(left.size(), digest.size());
    std::copy_n(digest.begin(), taken, left.begin());
    left = left.subspan(taken);
    add_to(data, one);
  }
  add_to(state.v, sha_512(prefixed(3, state.v)));
  add_to(state.v, state.c);
  add_to(state.v, std::as_bytes(std::span{&state.reseed_counter, 1}));
  state.reseed_counter = state.reseed_counter + 1;
  state.stream_bytes = state.stream_bytes + output.size();
}

Access<> store_long(Cpu& cpu, unsigned pair, ConstBytes bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += crypto_piece) {
    const std::size_t length = std::min(crypto_piece, bytes.size() - at);
    if (!cpu.store_bytes_in(cpu.space_of(pair), cpu.wrap(cpu.gr(pair) + at), bytes.subspan(at, length))) return Access<>::refused();
  }
  return {};
}
Access<> probe_long(Cpu& cpu, unsigned pair, std::size_t length) {
  for (std::size_t at = 0; at < length; at += crypto_piece)
    if (!cpu.probe_store_in(cpu.space_of(pair), cpu.wrap(cpu.gr(pair) + at), std::min(crypto_piece, length - at))) return Access<>::refused();
  return {};
}

Step seed_generator(Cpu& cpu, const Op& op, const CryptoRequest& request) {
  const std::uint64_t length = length_in(cpu, op.r2 + 1u);
  if (length > longest_seed) return cpu.program_interruption(Pic::specification);
  WorkingState state;
  TRY(cpu.fetch_bytes_in(cpu.space_of(1), request.parameters, bytes_of(state)));
  std::array<std::byte, longest_seed> buffer;
  const Bytes operand = Bytes{buffer}.first(length);
  if (length != 0) TRY(cpu.fetch_bytes_in(cpu.space_of(op.r2), address_in(cpu, op.r2), operand));
  seed(state, operand);
  TRY(cpu.store_bytes_in(cpu.space_of(1), request.parameters, bytes_of(state)));
  advance_pair(cpu, op.r2, length);
  return end_crypto(cpu, crypto_done);
}

// An execution is a request: longer operands are several, with condition code 3 in between.
Step generate_numbers(Cpu& cpu, const Op& op, const CryptoRequest& request) {
  WorkingState state;
  TRY(cpu.fetch_bytes_in(cpu.space_of(1), request.parameters, bytes_of(state)));
  if (state.reseed_counter == 0) return cpu.program_interruption(Pic::specification);
  if (length_in(cpu, op.r1 + 1u) == 0) return end_crypto(cpu, crypto_done);
  std::vector<std::byte> output(std::min<std::uint64_t>(length_in(cpu, op.r1 + 1u), longest_request));
  TRY(probe_long(cpu, op.r1, output.size()));
  TRY(cpu.probe_store_in(cpu.space_of(1), request.parameters, sizeof state));
  generate(state, output);
  TRY(store_long(cpu, op.r1, output));
  TRY(cpu.store_bytes_in(cpu.space_of(1), request.parameters, bytes_of(state)));
  advance_pair(cpu, op.r1, output.size());
  return end_crypto(cpu, length_in(cpu, op.r1 + 1u) == 0 ? crypto_done : crypto_unfinished);
}

Access<> store_random(Cpu& cpu, unsigned pair) {
  std::array<std::byte, crypto_piece> buffer;
  const Bytes output = Bytes{buffer}.first(std::min<std::uint64_t>(length_in(cpu, pair + 1), crypto_piece));
  if (output.empty()) return {};
  Z_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(output.data()), static_cast<int>(output.size())) == 1);
  if (!cpu.store_bytes_in(cpu.space_of(pair), address_in(cpu, pair), output)) return Access<>::refused();
  advance_pair(cpu, pair, output.size());
  return {};
}

// Raw entropy to the first operand, conditioned to the second: the host gives one quality.
Step store_true_random(Cpu& cpu, const Op& op) {
  TRY(store_random(cpu, op.r1));
  TRY(store_random(cpu, op.r2));
  const bool is_done = (length_in(cpu, op.r1 + 1u) | length_in(cpu, op.r2 + 1u)) == 0;
  return end_crypto(cpu, is_done ? crypto_done : crypto_unfinished);
}

// As many bytes of raw entropy as of conditioned.
Step store_ratio(Cpu& cpu, const CryptoRequest& request) {
  TRY(cpu.store_in<std::uint64_t>(cpu.space_of(1), request.parameters, std::uint64_t{1} << 32 | 1));
  return end_crypto(cpu, crypto_done);
}

}  // namespace

Z_INSTRUCTION(perform_random_number_operation) {
  if (!is_operand_pair(op.r1) || !is_operand_pair(op.r2)) return cpu.program_interruption(Pic::specification);
  const CryptoRequest request = crypto_request(cpu);
  if (const auto end = end_early(cpu, request, prno_functions)) return *end;
  if (request.code == trng) return store_true_random(cpu, op);
  if (request.code == trng_ratio) return store_ratio(cpu, request);
  return request.modifier ? seed_generator(cpu, op, request) : generate_numbers(cpu, op, request);
}

}  // namespace cpu
