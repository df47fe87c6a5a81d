// PERFORM CRYPTOGRAPHIC COMPUTATION: the last block of a CMAC, the XTS parameter, scalar multiplication. PoP ch. 7, PCC.
#include <algorithm>

#include "cpu/crypto_cipher.h"
#include "cpu/crypto_curves.h"
#include "cpu/crypto_functions.h"
#include "cpu/crypto_wrapping.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

using Bytes = std::span<std::byte>;
using Block = std::array<std::byte, 16>;

constexpr unsigned first_xts = 50, first_curve = 64;
constexpr FunctionRange pcc_functions[] = {{0, 3, Model::z196}, {9, 11, Model::z196}, {18, 20, Model::z196}, {26, 28, Model::z196},
                                           {50, 50, Model::z196}, {52, 52, Model::z196}, {58, 58, Model::z196}, {60, 60, Model::z196},
                                           {64, 66, Model::z15}, {72, 73, Model::z15}, {80, 81, Model::z15}};

// SP 800-38B, 6.1: the first byte is the most significant one.
void double_block(Bytes block) {
  const bool carries = (block[0] & std::byte{0x80}) != std::byte{};
  for (std::size_t i = 0; i < block.size(); ++i)
    block[i] = block[i] << 1 | (i + 1 < block.size() ? block[i + 1] >> 7 : std::byte{});
  if (carries) block.back() ^= block.size() == 16 ? std::byte{0x87} : std::byte{0x1B};
}

// The last block is whole, or ended by a one and zeros; a subkey tells which.
void compute_last_block(const ClearKey& key, unsigned bits, Bytes message, Bytes chaining) {
  Block buffer{};
  const Bytes subkey = Bytes{buffer}.first(key.block());
  electronic_codebook(key, Direction::encipher, subkey);
  double_block(subkey);
  if (bits < 8 * message.size()) {
    double_block(subkey);
    message[bits / 8] = (message[bits / 8] & ~(std::byte{0xFF} >> bits % 8)) | std::byte{0x80} >> bits % 8;
    std::ranges::fill(message.subspan(bits / 8 + 1), std::byte{});
  }
  xor_into(chaining, message);
  xor_into(chaining, subkey);
  electronic_codebook(key, Direction::encipher, chaining);
}

// Message bit length, message, chaining value, key.
Step last_block(Cpu& cpu, const CryptoRequest& request) {
  const CipherKind kind = cipher_kind(request.code);
  const unsigned block = kind.block(), message_at = 8, chaining_at = message_at + block, key_at = chaining_at + block;
  std::array<std::byte, 128> parameters;
  TRY(cpu.fetch_bytes_in(cpu.space_of(1), request.parameters, Bytes{parameters}.first(key_at + kind.field_length())));
  const auto bits = std::to_integer<unsigned>(parameters[0]);
  if (bits > 8 * block) return cpu.program_interruption(Pic::specification);
  const auto key = cpu.configuration().wrapping_keys().clear_key(kind, Bytes{parameters}.subspan(key_at, kind.field_length()));
  if (!key) return end_crypto(cpu, crypto_wrong_pattern);
  const Bytes chaining = Bytes{parameters}.subspan(chaining_at, block);
  compute_last_block(*key, bits, Bytes{parameters}.subspan(message_at, block), chaining);
  TRY(cpu.store_bytes_in(cpu.space_of(1), cpu.wrap(request.parameters + chaining_at), chaining));
  return end_crypto(cpu, crypto_done);
}

// Products in the field of XTS.
Block product(Block a, const Block& b) {
  Block result{};
  for (const std::byte byte : b)
    for (unsigned bit = 0; bit < 8; ++bit) {
      if ((byte >> bit & std::byte{1}) != std::byte{}) xor_into(result, a);
      multiply_by_alpha(a);
    }
  return result;
}
Block times_alpha_to_the(Block value, const Block& exponent) {
  Block power{std::byte{2}};
  for (std::size_t i = exponent.size(); i-- > 0;)
    for (unsigned bit = 0; bit < 8; ++bit) {
      if ((exponent[i] >> bit & std::byte{1}) != std::byte{}) value = product(value, power);
      power = product(power, power);
    }
  return value;
}

// Key, tweak, block sequential number, intermediate bit index, XTS parameter.
Step xts_parameter(Cpu& cpu, const CryptoRequest& request) {
  const CipherKind kind = cipher_kind(request.code);
  const unsigned tweak_at = kind.field_length(), number_at = tweak_at + 16, parameter_at = number_at + 32;
  std::array<std::byte, 128> parameters;
  TRY(cpu.fetch_bytes_in(cpu.space_of(1), request.parameters, Bytes{parameters}.first(parameter_at)));
  const auto key = cpu.configuration().wrapping_keys().clear_key(kind, Bytes{parameters}.first(tweak_at));
  if (!key) return end_crypto(cpu, crypto_wrong_pattern);
  Block tweak, number;
  std::ranges::copy(Bytes{parameters}.subspan(tweak_at, tweak.size()), tweak.begin());
  std::ranges::copy(Bytes{parameters}.subspan(number_at, number.size()), number.begin());
  electronic_codebook(*key, Direction::encipher, tweak);
  if (number != Block{}) tweak = times_alpha_to_the(tweak, number);
  TRY(cpu.store_bytes_in(cpu.space_of(1), cpu.wrap(request.parameters + parameter_at), tweak));
  return end_crypto(cpu, crypto_done);
}

Curve curve_of(unsigned code) {
  switch (code) {
    case 64: return Curve::p256;
    case 65: return Curve::p384;
    case 66: return Curve::p521;
    case 72: return Curve::ed25519;
    case 73: return Curve::ed448;
    case 80: return Curve::x25519;
    default: return Curve::x448;
  }
}

// Result x and y, source x and y, scalar; curves of one coordinate have no y.
Step scalar_multiplication(Cpu& cpu, const CryptoRequest& request) {
  const Curve curve = curve_of(request.code);
  const std::size_t n = field_length(curve);
  const bool is_ladder = curve == Curve::x25519 || curve == Curve::x448;
  const std::size_t coordinates = is_ladder ? n : 2 * n;
  std::array<std::byte, 400> parameters;
  TRY(cpu.fetch_bytes_in(cpu.space_of(1), request.parameters, Bytes{parameters}.first(2 * coordinates + n)));
  TRY(cpu.probe_store_in(cpu.space_of(1), request.parameters, coordinates));
  const Bytes source = Bytes{parameters}.subspan(coordinates, coordinates), scalar = Bytes{parameters}.subspan(2 * coordinates, n);
  if (is_ladder) {
    const CurveBytes result = multiply_coordinate(curve, source, scalar);
    TRY(cpu.store_bytes_in(cpu.space_of(1), request.parameters, result));
    return end_crypto(cpu, crypto_done);
  }
  const auto result = multiply_point(curve, source.first(n), source.last(n), scalar);
  if (!result) return end_crypto(cpu, crypto_invalid);
  CurveBytes both = result->x;
  both.insert(both.end(), result->y.begin(), result->y.end());
  TRY(cpu.store_bytes_in(cpu.space_of(1), request.parameters, both));
  return end_crypto(cpu, crypto_done);
}

}  // namespace

Z_INSTRUCTION(perform_cryptographic_computation) {
  const CryptoRequest request = crypto_request(cpu);
  if (const auto end = end_early(cpu, request, pcc_functions)) return *end;
  if (request.code >= first_curve) return scalar_multiplication(cpu, request);
  return request.code >= first_xts ? xts_parameter(cpu, request) : last_block(cpu, request);
}

}  // namespace cpu
