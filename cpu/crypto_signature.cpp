// COMPUTE DIGITAL SIGNATURE AUTHENTICATION. PoP ch. 7, KDSA: ECDSA of a hash in the parameter block, EdDSA of the second operand.
#include <algorithm>

#include "cpu/crypto_curves.h"
#include "cpu/crypto_functions.h"
#include "cpu/crypto_wrapping.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

using Bytes = std::span<std::byte>;

constexpr FunctionRange kdsa_functions[] = {{0, 3, Model::z15}, {9, 11, Model::z15}, {17, 19, Model::z15}, {32, 32, Model::z15},
                                            {36, 36, Model::z15}, {40, 40, Model::z15}, {44, 44, Model::z15}, {48, 48, Model::z15},
                                            {52, 52, Model::z15}};

// A message is taken as a whole, so its length has a limit here; the architecture has none.
constexpr std::uint64_t longest_message = 1 << 28;

struct Function {
  Curve curve;
  bool verifies, encrypted;
  bool is_edwards() const { return curve == Curve::ed25519 || curve == Curve::ed448; }
};
Function function_of(unsigned code) {
  constexpr unsigned first_edwards = 32;
  if (code < first_edwards) {
    constexpr Curve prime_curves[] = {Curve::p256, Curve::p384, Curve::p521};
    return {prime_curves[(code & 7) - 1], code < 8, code >= 16};
  }
  return {(code & 4) == 0 ? Curve::ed25519 : Curve::ed448, code < 40, code >= 48};
}

// The parameter block: signature (R and S), then for ECDSA the hash, then the key with its pattern or the public key, then
// for ECDSA signatures the random number.
class Parameters {
 public:
  static constexpr std::size_t longest = 512;
  static Access<Parameters> fetch(Cpu& cpu, std::uint64_t address, const Function& function) {
    Parameters result;
    const std::size_t n = result.n_ = field_length(function.curve);
    result.key_at_ = function.is_edwards() ? 2 * n : 3 * n;
    const bool has_second_field = !function.is_edwards();  // y of a public key, or the random number
    const std::size_t pattern = function.encrypted ? cpu.configuration().wrapping_keys().pattern(Algorithm::aes).size() : 0;
    result.second_at_ = result.key_at_ + n + pattern;
    const std::size_t length = result.second_at_ + (has_second_field ? n : 0);
    if (!cpu.fetch_bytes_in(cpu.space_of(1), address, Bytes{result.bytes_}.first(length))) return Access<Parameters>::refused();
    return result;
  }
  Parameters() = default;

  Signature signature() const { return {copy(0), copy(n_)}; }
  CurveBytes hash() const { return copy(2 * n_); }
  CurveBytes key() const { return copy(key_at_); }
  CurveBytes second() const { return copy(second_at_); }
  std::span<const std::byte> pattern() const { return std::span{bytes_}.subspan(key_at_ + n_, second_at_ - key_at_ - n_); }

 private:
  CurveBytes copy(std::size_t at) const {
    const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(at);
    return {begin, begin + static_cast<std::ptrdiff_t>(n_)};
  }
  std::size_t n_ = 0, key_at_ = 0, second_at_ = 0;
  std::array<std::byte, longest> bytes_{};
};

Access<> fetch_message(Cpu& cpu, const Op& op, Bytes message) {
  for (std::size_t at = 0; at < message.size(); at += crypto_piece) {
    const Bytes piece = message.subspan(at, std::min(crypto_piece, message.size() - at));
    if (!cpu.fetch_bytes_in(cpu.space_of(op.r2), cpu.wrap(address_in(cpu, op.r2) + at), piece)) return Access<>::refused();
  }
  return {};
}

std::optional<Signature> sign(const CryptoRequest& request, const Function& function, const Parameters& parameters, CurveView key,
                              CurveView message) {
  if (function.is_edwards()) return sign_message(function.curve, message, key);
  // With the modifier, bit 56 of GR0, the random number is the nonce itself.
  const CurveBytes given = parameters.second();
  return sign_hash(function.curve, parameters.hash(), key, request.modifier ? std::optional<CurveView>{given} : std::nullopt);
}

Step store_signature(Cpu& cpu, const CryptoRequest& request, const std::optional<Signature>& signature) {
  if (!signature) return end_crypto(cpu, crypto_invalid);
  CurveBytes both = signature->r;
  both.insert(both.end(), signature->s.begin(), signature->s.end());
  TRY(cpu.store_bytes_in(cpu.space_of(1), request.parameters, both));
  return end_crypto(cpu, crypto_done);
}

bool verify(const Function& function, const Parameters& parameters, CurveView message) {
  if (function.is_edwards()) return verify_message(function.curve, parameters.signature(), message, parameters.key());
  return verify_hash(function.curve, parameters.signature(), parameters.hash(), {parameters.key(), parameters.second()});
}

}  // namespace

Z_INSTRUCTION(compute_digital_signature_authentication) {
  if (!is_operand_pair(op.r2)) return cpu.program_interruption(Pic::specification);
  const CryptoRequest request = crypto_request(cpu);
  if (const auto end = end_early(cpu, request, kdsa_functions)) return *end;
  const Function function = function_of(request.code);
  const std::uint64_t length = function.is_edwards() ? length_in(cpu, op.r2 + 1u) : 0;
  if (length > longest_message) return cpu.program_interruption(Pic::specification);
  const Parameters parameters = TRY(Parameters::fetch(cpu, request.parameters, function));
  CurveBytes key = parameters.key();
  if (function.encrypted) {
    const WrappingKeys& wrapping = cpu.configuration().wrapping_keys();
    if (!std::ranges::equal(parameters.pattern(), wrapping.pattern(Algorithm::aes))) return end_crypto(cpu, crypto_wrong_pattern);
    wrapping.unwrap(Algorithm::aes, key);
  }
  CurveBytes message(length);
  TRY(fetch_message(cpu, op, message));
  if (!function.verifies) TRY(cpu.probe_store_in(cpu.space_of(1), request.parameters, 2 * field_length(function.curve)));
  if (function.is_edwards()) advance_pair(cpu, op.r2, length);
  if (function.verifies) return end_crypto(cpu, verify(function, parameters, message) ? crypto_done : crypto_invalid);
  return store_signature(cpu, request, sign(request, function, parameters, key, message));
}

}  // namespace cpu
