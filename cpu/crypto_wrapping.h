#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "cpu/crypto_cipher.h"

namespace cpu {

// The wrapping keys of a configuration and their verification patterns (PoP ch. 3, "Protection of Cryptographic Keys"). No
// program sees them; a key that PCKMO encrypted is of use only where these are. They are new in every configuration, and a
// guest that was moved sees its old patterns refused with condition code 1, as on a real machine.
class WrappingKeys {
 public:
  WrappingKeys();  // at random

  // The key of a parameter block: `field` is the key and, when it is encrypted, the pattern. Nothing: the pattern is of
  // other wrapping keys.
  std::optional<ClearKey> clear_key(const CipherKind& kind, std::span<const std::byte> field) const;

  // In place; the length does not change. Keys of elliptic curves are wrapped as AES keys are.
  void wrap(Algorithm algorithm, std::span<std::byte> key) const { apply(algorithm, Direction::encipher, key); }
  void unwrap(Algorithm algorithm, std::span<std::byte> key) const { apply(algorithm, Direction::decipher, key); }
  std::span<const std::byte> pattern(Algorithm algorithm) const;

 private:
  void apply(Algorithm algorithm, Direction direction, std::span<std::byte> key) const;

  std::array<std::byte, 24> dea_key_;
  std::array<std::byte, 64> aes_key_;  // of XTS, which takes lengths that are not whole blocks
  std::array<std::byte, 32> dea_pattern_, aes_pattern_;
};

}  // namespace cpu
