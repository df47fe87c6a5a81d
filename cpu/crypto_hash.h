#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// Message digests whose state lies in a parameter block between calls (PoP ch. 7, KIMD and KLMD).
namespace cpu {

enum class Hash : std::uint8_t { sha_1, sha_256, sha_512, sha3_224, sha3_256, sha3_384, sha3_512, shake_128, shake_256, ghash };

constexpr bool is_keccak(Hash hash) { return hash >= Hash::sha3_224 && hash <= Hash::shake_256; }
constexpr bool is_shake(Hash hash) { return hash == Hash::shake_128 || hash == Hash::shake_256; }

std::size_t block_length(Hash hash);
// As the parameter block holds it; for GHASH the hash subkey follows the chaining value.
std::size_t state_length(Hash hash);

// Takes whole blocks into the state.
void absorb(Hash hash, std::span<std::byte> state, std::span<const std::byte> blocks);

// GHASH of NIST SP 800-38D, the last block filled up with zeros.
void ghash(std::span<const std::byte> subkey, std::span<std::byte> chaining, std::span<const std::byte> text);

// The sponge by itself (FIPS 202): a block is mixed in, then the state permuted.
void keccak_mix(std::span<std::byte> state, std::span<const std::byte> block);
void keccak_permute(std::span<std::byte> state);

}  // namespace cpu
