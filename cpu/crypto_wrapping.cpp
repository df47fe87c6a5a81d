#include "cpu/crypto_wrapping.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>

#include "base/assert.h"

namespace cpu {
namespace {

using Bytes = std::span<std::byte>;
using ConstBytes = std::span<const std::byte>;

unsigned char* raw(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* raw(const std::byte* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }

void fill_at_random(Bytes bytes) { Z_ASSERT(RAND_priv_bytes(raw(bytes.data()), static_cast<int>(bytes.size())) == 1); }

std::array<std::byte, 32> pattern_of(ConstBytes key) {
  std::array<std::byte, 32> pattern;
  Z_ASSERT(EVP_Digest(key.data(), key.size(), raw(pattern.data()), nullptr, EVP_sha256(), nullptr) == 1);
  return pattern;
}

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

}  // namespace

WrappingKeys::WrappingKeys() {
  fill_at_random(dea_key_);
  fill_at_random(aes_key_);
  dea_pattern_ = pattern_of(dea_key_);
  aes_pattern_ = pattern_of(aes_key_);
}

std::span<const std::byte> WrappingKeys::pattern(Algorithm algorithm) const {
  constexpr std::size_t dea_length = 24;
  if (algorithm == Algorithm::dea) return ConstBytes{dea_pattern_}.first(dea_length);
  return aes_pattern_;
}

void WrappingKeys::apply(Algorithm algorithm, Direction direction, Bytes key) const {
  const bool is_dea = algorithm == Algorithm::dea;
  const EVP_CIPHER* cipher = is_dea ? EVP_des_ede3_cbc() : EVP_aes_256_xts();
  const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context{EVP_CIPHER_CTX_new()};
  constexpr std::array<unsigned char, 16> no_tweak{};
  Z_ASSERT(EVP_CipherInit_ex2(context.get(), cipher, raw(is_dea ? dea_key_.data() : aes_key_.data()), no_tweak.data(),
                              direction == Direction::encipher ? 1 : 0, nullptr) == 1);
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  int written = 0;
  Z_ASSERT(EVP_CipherUpdate(context.get(), raw(key.data()), &written, raw(key.data()), static_cast<int>(key.size())) == 1);
  Z_ASSERT(static_cast<std::size_t>(written) == key.size());
}

std::optional<ClearKey> WrappingKeys::clear_key(const CipherKind& kind, ConstBytes field) const {
  ClearKey key{kind.algorithm, kind.key_length, {}};
  std::ranges::copy(field.first(kind.key_length), key.bytes.begin());
  if (!kind.encrypted) return key;
  if (!std::ranges::equal(field.subspan(kind.key_length, kind.pattern_length()), pattern(kind.algorithm))) return std::nullopt;
  unwrap(kind.algorithm, Bytes{key.bytes}.first(kind.key_length));
  return key;
}

}  // namespace cpu
