// libcrypto's digests with a state of one's own, that is its old interface, for SHA; nettle where libcrypto lets nobody set
// the state, for Keccak and GHASH.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "cpu/crypto_hash.h"

#include <nettle/gcm.h>
#include <nettle/sha3.h>
#include <openssl/sha.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/assert.h"
#include "base/be.h"

namespace cpu {
namespace {

using Bytes = std::span<std::byte>;
using ConstBytes = std::span<const std::byte>;

void absorb_sha_1(Bytes state, ConstBytes blocks) {
  SHA_CTX context{};
  SHA_LONG* const words[] = {&context.h0, &context.h1, &context.h2, &context.h3, &context.h4};
  for (std::size_t i = 0; i < std::size(words); ++i) *words[i] = z::be32::load(&state[4 * i]);
  SHA1_Update(&context, blocks.data(), blocks.size());
  for (std::size_t i = 0; i < std::size(words); ++i) z::be32::store(&state[4 * i], *words[i]);
}

template <class Context, class Word>
void absorb_sha_2(Bytes state, ConstBytes blocks, int (*update)(Context*, const void*, std::size_t)) {
  Context context{};
  for (std::size_t i = 0; i < 8; ++i) context.h[i] = z::Be<Word>::load(&state[sizeof(Word) * i]);
  update(&context, blocks.data(), blocks.size());
  for (std::size_t i = 0; i < 8; ++i) z::Be<Word>::store(&state[sizeof(Word) * i], static_cast<Word>(context.h[i]));
}

constexpr std::size_t sponge_length = 200;
static_assert(std::endian::native == std::endian::little, "lanes of the sponge are little-endian");

constexpr std::size_t ghash_block = 16;

// Instead of a cipher: nettle takes the hash subkey from enciphering zeros.
void give_subkey(const void* subkey, std::size_t length, std::uint8_t* target, const std::uint8_t*) {
  std::memcpy(target, subkey, length);
}

}  // namespace

std::size_t block_length(Hash hash) {
  switch (hash) {
    case Hash::sha_1: case Hash::sha_256: return 64;
    case Hash::sha_512: return 128;
    case Hash::sha3_224: return 144;
    case Hash::sha3_256: case Hash::shake_256: return 136;
    case Hash::sha3_384: return 104;
    case Hash::sha3_512: return 72;
    case Hash::shake_128: return 168;
    case Hash::ghash: return ghash_block;
  }
  Z_ASSERT(false);
  return 0;
}

std::size_t state_length(Hash hash) {
  switch (hash) {
    case Hash::sha_1: return 20;
    case Hash::sha_256: return 32;
    case Hash::sha_512: return 64;
    case Hash::ghash: return 2 * ghash_block;
    default: return sponge_length;
  }
}

void keccak_mix(Bytes state, ConstBytes block) {
  for (std::size_t i = 0; i < block.size(); ++i) state[i] ^= block[i];
}

void keccak_permute(Bytes state) {
  sha3_state lanes;
  std::memcpy(lanes.a, state.data(), sponge_length);
  sha3_permute(&lanes);
  std::memcpy(state.data(), lanes.a, sponge_length);
}

void ghash(ConstBytes subkey, Bytes chaining, ConstBytes text) {
  gcm_key key;
  gcm_set_key(&key, subkey.data(), give_subkey);
  gcm_ctx context{};
  std::memcpy(context.x.b, chaining.data(), ghash_block);
  gcm_update(&context, &key, text.size(), reinterpret_cast<const std::uint8_t*>(text.data()));
  std::memcpy(chaining.data(), context.x.b, ghash_block);
}

void absorb(Hash hash, Bytes state, ConstBytes blocks) {
  if (blocks.empty()) return;
  switch (hash) {
    case Hash::sha_1: return absorb_sha_1(state, blocks);
    case Hash::sha_256: return absorb_sha_2<SHA256_CTX, std::uint32_t>(state, blocks, SHA256_Update);
    case Hash::sha_512: return absorb_sha_2<SHA512_CTX, std::uint64_t>(state, blocks, SHA512_Update);
    case Hash::ghash: return ghash(state.subspan(ghash_block, ghash_block), state.first(ghash_block), blocks);
    default: break;
  }
  for (; !blocks.empty(); blocks = blocks.subspan(block_length(hash))) {
    keccak_mix(state, blocks.first(block_length(hash)));
    keccak_permute(state);
  }
}

}  // namespace cpu
