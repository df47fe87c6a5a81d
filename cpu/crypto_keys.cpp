// PERFORM CRYPTOGRAPHIC KEY MANAGEMENT OPERATION: encrypts keys under the wrapping keys of the configuration. PoP ch. 10, PCKMO.
#include <algorithm>

#include "cpu/crypto_functions.h"
#include "cpu/crypto_wrapping.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

constexpr FunctionRange pckmo_functions[] = {
    {0, 3, Model::z196}, {18, 20, Model::z196}, {32, 34, Model::z15}, {40, 41, Model::z15}};

struct WrappedKey {
  Algorithm algorithm;
  std::size_t length;
};
WrappedKey wrapped_key(unsigned code) {
  switch (code) {
    case 32: return {Algorithm::aes, 32};  // P-256
    case 33: return {Algorithm::aes, 48};  // P-384
    case 34: return {Algorithm::aes, 80};  // P-521
    case 40: return {Algorithm::aes, 32};  // Ed25519
    case 41: return {Algorithm::aes, 64};  // Ed448
    default: break;
  }
  const CipherKind kind = cipher_kind(code);
  return {kind.algorithm, kind.key_length};
}

}  // namespace

Z_INSTRUCTION(perform_cryptographic_key_management_operation) {
  const CryptoRequest request = crypto_request(cpu);
  const std::uint8_t cc = cpu.cc;
  if (const auto end = end_early(cpu, request, pckmo_functions)) {
    cpu.cc = cc;  // the one instruction of them that leaves it
    return *end;
  }
  const auto [algorithm, length] = wrapped_key(request.code);
  const WrappingKeys& keys = cpu.configuration().wrapping_keys();
  const auto pattern = keys.pattern(algorithm);
  std::array<std::byte, 128> buffer;
  const auto field = std::span{buffer}.first(length + pattern.size()), key = field.first(length);
  TRY(cpu.fetch_bytes_in(cpu.space_of(1), request.parameters, key));
  keys.wrap(algorithm, key);
  std::ranges::copy(pattern, field.subspan(length).begin());
  TRY(cpu.store_bytes_in(cpu.space_of(1), request.parameters, field));
  return Step::next;
}

}  // namespace cpu
