// EdDSA by libcrypto, whose numbers are little-endian strings where ours are big-endian fields.
#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "base/assert.h"
#include "cpu/crypto_curves.h"

namespace cpu {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;

const unsigned char* raw(CurveView bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
int kind_of(Curve curve) { return curve == Curve::ed25519 ? EVP_PKEY_ED25519 : EVP_PKEY_ED448; }
std::size_t string_length(Curve curve) { return curve == Curve::ed25519 ? 32 : 57; }

// The last bytes of a field, reversed, and the other way round.
CurveBytes string_of(Curve curve, CurveView field) {
  CurveBytes result(field.rbegin(), field.rend());
  result.resize(string_length(curve));
  return result;
}
CurveBytes field_of(Curve curve, CurveView string) {
  CurveBytes result(string.begin(), string.end());
  result.resize(field_length(curve));
  std::ranges::reverse(result);
  return result;
}

}  // namespace

std::optional<Signature> sign_message(Curve curve, CurveView message, CurveView key) {
  const std::size_t length = string_length(curve);
  const Key private_key{EVP_PKEY_new_raw_private_key(kind_of(curve), nullptr, raw(key.last(length)), length)};
  const Context context{EVP_MD_CTX_new()};
  if (private_key == nullptr || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, private_key.get()) != 1) return std::nullopt;
  CurveBytes string(2 * length);
  std::size_t written = string.size();
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(string.data()), &written, raw(message), message.size()) != 1)
    return std::nullopt;
  return Signature{field_of(curve, CurveView{string}.first(length)), field_of(curve, CurveView{string}.last(length))};
}

bool verify_message(Curve curve, const Signature& signature, CurveView message, CurveView key) {
  const std::size_t length = string_length(curve);
  const CurveBytes public_string = string_of(curve, key), s = string_of(curve, signature.s);
  CurveBytes string = string_of(curve, signature.r);
  string.insert(string.end(), s.begin(), s.end());
  const Key public_key{EVP_PKEY_new_raw_public_key(kind_of(curve), nullptr, raw(public_string), length)};
  const Context context{EVP_MD_CTX_new()};
  if (public_key == nullptr || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, public_key.get()) != 1) return false;
  return EVP_DigestVerify(context.get(), raw(string), string.size(), raw(message), message.size()) == 1;
}

}  // namespace cpu
