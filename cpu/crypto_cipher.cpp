#include "cpu/crypto_cipher.h"

#include <openssl/evp.h>

#include <algorithm>
#include <vector>

#include "base/assert.h"

namespace cpu {
namespace {

using Bytes = std::span<std::byte>;
using ConstBytes = std::span<const std::byte>;

unsigned char* raw(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* raw(const std::byte* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }

// Looked up once: a lookup costs more than many blocks.
const EVP_CIPHER* cipher_of(const ClearKey& key, BlockCipher::Mode mode) {
  static const auto fetched = [] {
    std::array<std::array<const EVP_CIPHER*, 3>, 4> ciphers{};
    const char* const names[4][3] = {{"DES-EDE3-ECB", "DES-EDE3-CBC", "DES-EDE3-OFB"},
                                     {"AES-128-ECB", "AES-128-CBC", "AES-128-OFB"},
                                     {"AES-192-ECB", "AES-192-CBC", "AES-192-OFB"},
                                     {"AES-256-ECB", "AES-256-CBC", "AES-256-OFB"}};
    for (std::size_t kind = 0; kind < 4; ++kind)
      for (std::size_t m = 0; m < 3; ++m) {
        ciphers[kind][m] = EVP_CIPHER_fetch(nullptr, names[kind][m], nullptr);
        Z_ASSERT(ciphers[kind][m] != nullptr);
      }
    return ciphers;
  }();
  const std::size_t kind = key.algorithm == Algorithm::dea ? 0 : key.length / 8 - 1;
  return fetched[kind][static_cast<std::size_t>(mode)];
}

// DEA is TDEA with one key thrice, and a double-length key uses its first half again.
std::array<std::byte, 32> key_for_libcrypto(const ClearKey& key) {
  auto bytes = key.bytes;
  if (key.algorithm == Algorithm::dea)
    for (std::size_t i = key.length; i < 24; ++i) bytes[i] = bytes[i - key.length];
  return bytes;
}

}  // namespace

CipherKind cipher_kind(unsigned function_code) {
  const unsigned code = function_code % 32;
  const bool encrypted = (code & 8) != 0;
  if (code < 16) return {Algorithm::dea, static_cast<std::uint8_t>(8 * (code & 3)), encrypted};
  return {Algorithm::aes, static_cast<std::uint8_t>(8 * (code & 7)), encrypted};
}

void BlockCipher::Free::operator()(evp_cipher_ctx_st* context) const { EVP_CIPHER_CTX_free(context); }

BlockCipher::BlockCipher(const ClearKey& key, Mode mode, Direction direction, ConstBytes chaining)
    : context_(EVP_CIPHER_CTX_new()) {
  const auto bytes = key_for_libcrypto(key);
  const int enciphers = direction == Direction::encipher ? 1 : 0;
  Z_ASSERT(EVP_CipherInit_ex2(context_.get(), cipher_of(key, mode), raw(bytes.data()),
                              chaining.empty() ? nullptr : raw(chaining.data()), enciphers, nullptr) == 1);
  EVP_CIPHER_CTX_set_padding(context_.get(), 0);
}

void BlockCipher::apply(Bytes text) {
  int written = 0;
  Z_ASSERT(EVP_CipherUpdate(context_.get(), raw(text.data()), &written, raw(text.data()), static_cast<int>(text.size())) == 1);
  Z_ASSERT(static_cast<std::size_t>(written) == text.size());
}

void xor_into(Bytes target, ConstBytes source) {
  for (std::size_t i = 0; i < target.size(); ++i) target[i] ^= source[i];
}

void multiply_by_alpha(Bytes block) {
  std::byte carry{};
  for (std::byte& byte : block) {
    const std::byte next = byte >> 7;
    byte = byte << 1 | carry;
    carry = next;
  }
  if (carry != std::byte{}) block[0] ^= std::byte{0x87};
}

void electronic_codebook(const ClearKey& key, Direction direction, Bytes text) {
  BlockCipher{key, BlockCipher::Mode::ecb, direction}.apply(text);
}

void cipher_block_chaining(const ClearKey& key, Direction direction, Bytes chaining, Bytes text) {
  BlockCipher cipher{key, BlockCipher::Mode::cbc, direction, chaining};
  // The last block of what is enciphered, whichever way.
  if (direction == Direction::decipher) std::ranges::copy(text.last(chaining.size()), chaining.begin());
  cipher.apply(text);
  if (direction == Direction::encipher) std::ranges::copy(text.last(chaining.size()), chaining.begin());
}

void output_feedback(const ClearKey& key, Bytes chaining, Bytes text) {
  BlockCipher cipher{key, BlockCipher::Mode::ofb, Direction::encipher, chaining};
  std::ranges::copy(text.last(chaining.size()), chaining.begin());
  cipher.apply(text);
  xor_into(chaining, text.last(chaining.size()));  // text and what it became differ by the last output of the cipher
}

void cipher_feedback(const ClearKey& key, Direction direction, unsigned feedback, Bytes chaining, Bytes text) {
  BlockCipher cipher{key, BlockCipher::Mode::ecb, Direction::encipher};
  std::vector<std::byte> enciphered(chaining.size()), incoming(feedback);
  for (; !text.empty(); text = text.subspan(feedback)) {
    const Bytes segment = text.first(feedback);
    std::ranges::copy(chaining, enciphered.begin());
    cipher.apply(enciphered);
    std::ranges::copy(segment, incoming.begin());
    xor_into(segment, enciphered);
    const ConstBytes ciphertext = direction == Direction::encipher ? ConstBytes{segment} : ConstBytes{incoming};
    std::ranges::copy(chaining.subspan(feedback), chaining.begin());
    std::ranges::copy(ciphertext, chaining.last(feedback).begin());
  }
}

void counter_mode(const ClearKey& key, Bytes counters, Bytes text) {
  electronic_codebook(key, Direction::encipher, counters);
  xor_into(text, counters);
}

void xts(const ClearKey& key, Direction direction, Bytes chaining, Bytes text) {
  std::vector<std::byte> tweaks(text.size());
  for (std::size_t at = 0; at < text.size(); at += chaining.size()) {
    std::ranges::copy(chaining, tweaks.begin() + static_cast<std::ptrdiff_t>(at));
    multiply_by_alpha(chaining);
  }
  xor_into(text, tweaks);
  electronic_codebook(key, direction, text);
  xor_into(text, tweaks);
}

void authenticate(const ClearKey& key, Bytes chaining, ConstBytes text) {
  std::vector<std::byte> enciphered(text.begin(), text.end());
  cipher_block_chaining(key, Direction::encipher, chaining, enciphered);
}

}  // namespace cpu
