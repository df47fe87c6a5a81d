#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

struct evp_cipher_ctx_st;

// Block ciphers and their modes, as the message-security assist names them; the ciphers themselves are libcrypto's.
namespace cpu {

enum class Algorithm : std::uint8_t { dea, aes };
enum class Direction : std::uint8_t { encipher, decipher };

// One of the keys that the function codes stand for: 1-3 DEA and TDEA, 9-11 the same encrypted, 18-20 AES, 26-28 the same
// encrypted; and with 32 more for XTS.
struct CipherKind {
  Algorithm algorithm;
  std::uint8_t key_length;
  bool encrypted;

  unsigned block() const { return algorithm == Algorithm::dea ? 8 : 16; }
  // Of the wrapping key's verification pattern behind an encrypted key (PoP ch. 3, "Protection of Cryptographic Keys").
  unsigned pattern_length() const { return !encrypted ? 0 : algorithm == Algorithm::dea ? 24 : 32; }
  unsigned field_length() const { return key_length + pattern_length(); }
};
CipherKind cipher_kind(unsigned function_code);

struct ClearKey {
  Algorithm algorithm;
  std::uint8_t length;
  std::array<std::byte, 32> bytes;

  std::span<const std::byte> span() const { return {bytes.data(), length}; }
  unsigned block() const { return algorithm == Algorithm::dea ? 8 : 16; }
};

// One key in one mode and direction. Text is replaced in place, whole blocks at a time.
class BlockCipher {
 public:
  enum class Mode : std::uint8_t { ecb, cbc, ofb };
  BlockCipher(const ClearKey& key, Mode mode, Direction direction, std::span<const std::byte> chaining = {});
  void apply(std::span<std::byte> text);

 private:
  struct Free {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  std::unique_ptr<evp_cipher_ctx_st, Free> context_;
};

// The modes. A chaining value is left as the next call needs it.
void electronic_codebook(const ClearKey& key, Direction direction, std::span<std::byte> text);
void cipher_block_chaining(const ClearKey& key, Direction direction, std::span<std::byte> chaining, std::span<std::byte> text);
void output_feedback(const ClearKey& key, std::span<std::byte> chaining, std::span<std::byte> text);
void cipher_feedback(const ClearKey& key, Direction direction, unsigned feedback, std::span<std::byte> chaining,
                     std::span<std::byte> text);
// `counters` has a block for each of the text and is overwritten.
void counter_mode(const ClearKey& key, std::span<std::byte> counters, std::span<std::byte> text);
// The chaining value is the XTS parameter: the enciphered tweak times a power of alpha.
void xts(const ClearKey& key, Direction direction, std::span<std::byte> chaining, std::span<std::byte> text);

// CBC-MAC: the chaining value after the text.
void authenticate(const ClearKey& key, std::span<std::byte> chaining, std::span<const std::byte> text);

void xor_into(std::span<std::byte> target, std::span<const std::byte> source);
// Times alpha in the field of XTS: the first byte is the least significant one (IEEE 1619).
void multiply_by_alpha(std::span<std::byte> block);

}  // namespace cpu
