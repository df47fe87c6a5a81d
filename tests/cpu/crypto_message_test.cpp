// Cipher instructions against libcrypto's own modes, over operands of several pieces that cross pages.
#include "crypto_machine.h"

namespace cpu {
namespace {

constexpr std::uint16_t km = 0xB92E, kmc = 0xB92F, kmf = 0xB92A, kmo = 0xB92B, kmctr = 0xB92D, kmac = 0xB91E;
constexpr std::uint64_t decipher = 0x80;

struct Kind {
  unsigned code;
  const char* name;  // libcrypto's, without the mode
  std::size_t key, block;
};
// DEA by itself is no longer in libcrypto's default provider: TDEA with one key thrice is the same.
constexpr Kind kinds[] = {{1, "DES-EDE3", 8, 8}, {2, "DES-EDE3", 16, 8}, {3, "DES-EDE3", 24, 8},
                          {18, "AES-128", 16, 16}, {19, "AES-192", 24, 16}, {20, "AES-256", 32, 16}};

Octets full_key(const Kind& kind, const Octets& key) {
  if (kind.block == 16) return key;
  return part(key + key + key, 0, 24);
}
Octets expected(const Kind& kind, const char* mode, const Octets& key, const Octets& iv, const Octets& text) {
  const std::string name = std::string{kind.name} + mode;
  return libcrypto_cipher(name.c_str(), true, full_key(kind, key), iv, text);
}

class Cipher : public testing::TestWithParam<Kind> {
 protected:
  CryptoMachine machine_;
  Octets key_ = noise(GetParam().key, 7), iv_ = noise(GetParam().block, 8), text_ = noise(9600, 9);
};

TEST_P(Cipher, MessageIsTheElectronicCodebook) {
  const auto ciphertext = expected(GetParam(), "-ECB", key_, {}, text_);
  machine_.prepare(GetParam().code, key_, text_);
  EXPECT_EQ(machine_.run(km), 0u);
  EXPECT_EQ(machine_.get(CryptoMachine::target, text_.size()), ciphertext);
  EXPECT_EQ(machine_.executions, 3u);
  EXPECT_EQ(machine_.cpu().gr(2), CryptoMachine::target + 9600);
  EXPECT_EQ(machine_.cpu().gr(4), CryptoMachine::source + 9600);
  EXPECT_EQ(machine_.cpu().gr(5), 0u);

  machine_.prepare(GetParam().code | decipher, key_, ciphertext);
  EXPECT_EQ(machine_.run(km), 0u);
  EXPECT_EQ(machine_.get(CryptoMachine::target, text_.size()), text_);
}

TEST_P(Cipher, MessageWithChainingLeavesTheChainingValueOfTheLastBlock) {
  const auto ciphertext = expected(GetParam(), "-CBC", key_, iv_, text_);
  const Octets last = part(ciphertext, 9600 - iv_.size(), iv_.size());
  machine_.prepare(GetParam().code, iv_ + key_, text_);
  EXPECT_EQ(machine_.run(kmc), 0u);
  EXPECT_EQ(machine_.get(CryptoMachine::target, text_.size()), ciphertext);
  EXPECT_EQ(machine_.get(CryptoMachine::parameters, iv_.size()), last);

  machine_.prepare(GetParam().code | decipher, iv_ + key_, ciphertext);
  EXPECT_EQ(machine_.run(kmc), 0u);
  EXPECT_EQ(machine_.get(CryptoMachine::target, text_.size()), text_);
  EXPECT_EQ(machine_.get(CryptoMachine::parameters, iv_.size()), last);
}

TEST_P(Cipher, MessageWithCipherFeedbackOfOneByteAndOfABlock) {
  const std::uint64_t block = GetParam().block;
  for (const std::uint64_t feedback : {std::uint64_t{1}, block}) {
    const auto ciphertext = expected(GetParam(), feedback == 1 ? "-CFB8" : "-CFB", key_, iv_, text_);
    machine_.prepare(GetParam().code | feedback << 24, iv_ + key_, text_);
    EXPECT_EQ(machine_.run(kmf), 0u);
    EXPECT_EQ(machine_.get(CryptoMachine::target, text_.size()), ciphertext);
    EXPECT_EQ(machine_.get(CryptoMachine::parameters, block), part(ciphertext, 9600 - block, block));

    machine_.prepare(GetParam().code | decipher | feedback << 24, iv_ + key_, ciphertext);
    EXPECT_EQ(machine_.run(kmf), 0u);
    EXPECT_EQ(machine_.get(CryptoMachine::target, text_.size()), text_);
  }
}

TEST_P(Cipher, MessageWithOutputFeedbackGoesOnWhereItEnded) {
  const auto ciphertext = expected(GetParam(), "-OFB", key_, iv_, text_);
  machine_.prepare(GetParam().code, iv_ + key_, part(text_, 0, 4800));
  EXPECT_EQ(machine_.run(kmo), 0u);
  EXPECT_EQ(machine_.get(CryptoMachine::target, 4800), part(ciphertext, 0, 4800));
  const Octets chaining = machine_.get(CryptoMachine::parameters, iv_.size());
  machine_.prepare(GetParam().code, chaining + key_, part(text_, 4800, 4800));
  EXPECT_EQ(machine_.run(kmo), 0u);
  EXPECT_EQ(machine_.get(CryptoMachine::target, 4800), part(ciphertext, 4800, 4800));
}

TEST_P(Cipher, MessageWithCounterEnciphersTheCounters) {
  const Octets counters = noise(9600, 11);
  Octets ciphertext = expected(GetParam(), "-ECB", key_, {}, counters);
  for (std::size_t i = 0; i < text_.size(); ++i) ciphertext[i] ^= text_[i];
  machine_.prepare(GetParam().code, key_, text_, counters);
  EXPECT_EQ(machine_.run(kmctr, 6), 0u);
  EXPECT_EQ(machine_.get(CryptoMachine::target, text_.size()), ciphertext);
  EXPECT_EQ(machine_.cpu().gr(6), CryptoMachine::third + 9600);
}

TEST_P(Cipher, AuthenticationCodeIsTheLastBlockOfTheChain) {
  const auto ciphertext = expected(GetParam(), "-CBC", key_, iv_, text_);
  machine_.prepare(GetParam().code, iv_ + key_, text_);
  EXPECT_EQ(machine_.run(kmac), 0u);
  EXPECT_EQ(machine_.get(CryptoMachine::parameters, iv_.size()), part(ciphertext, 9600 - iv_.size(), iv_.size()));
  EXPECT_EQ(machine_.cpu().gr(5), 0u);
}

INSTANTIATE_TEST_SUITE_P(Crypto, Cipher, testing::ValuesIn(kinds), [](const auto& info) { return std::to_string(info.param.code); });

TEST(Crypto, XtsGoesOnWithTheParameterThatWasLeft) {
  for (const std::size_t key_length : {16u, 32u}) {
    const Octets key = noise(key_length, 20), tweak_key = noise(key_length, 21), tweak = noise(16, 22), text = noise(9600, 23);
    const auto ciphertext = libcrypto_cipher(key_length == 16 ? "AES-128-XTS" : "AES-256-XTS", true, key + tweak_key, tweak, text);
    const auto parameter = libcrypto_cipher(key_length == 16 ? "AES-128-ECB" : "AES-256-ECB", true, tweak_key, {}, tweak);
    const unsigned code = key_length == 16 ? 50 : 52;
    CryptoMachine machine;
    machine.prepare(code, key + parameter, part(text, 0, 4800));
    EXPECT_EQ(machine.run(km), 0u);
    EXPECT_EQ(machine.get(CryptoMachine::target, 4800), part(ciphertext, 0, 4800));
    const Octets left = machine.get(CryptoMachine::parameters + key_length, 16);
    machine.prepare(code, key + left, part(text, 4800, 4800));
    EXPECT_EQ(machine.run(km), 0u);
    EXPECT_EQ(machine.get(CryptoMachine::target, 4800), part(ciphertext, 4800, 4800));
    machine.prepare(code | decipher, key + parameter, ciphertext);
    EXPECT_EQ(machine.run(km), 0u);
    EXPECT_EQ(machine.get(CryptoMachine::target, 9600), text);
  }
}

TEST(Crypto, AnEncryptedKeyOfOtherWrappingKeysIsConditionCode1) {
  for (const unsigned code : {9u, 10u, 11u, 26u, 27u, 28u}) {
    CryptoMachine machine;
    machine.prepare(code, noise(100), noise(64));
    EXPECT_EQ(machine.run(km), 1u) << code;
    EXPECT_EQ(machine.cpu().gr(5), 64u);
    EXPECT_EQ(machine.get(CryptoMachine::target, 64), Octets(64));
  }
}

TEST(Crypto, InPlaceIsTheSameAsElsewhere) {
  const Octets key = noise(16), text = noise(256);
  CryptoMachine machine;
  machine.prepare(18, key, text);
  machine.cpu().gr(2) = CryptoMachine::source;
  EXPECT_EQ(machine.run(km), 0u);
  EXPECT_EQ(machine.get(CryptoMachine::source, 256), libcrypto_cipher("AES-128-ECB", true, key, {}, text));
}

TEST(Crypto, FunctionsComeWithTheModels) {
  const auto mask = [](Model model, std::uint16_t opcode) {
    CryptoMachine machine{model};
    machine.prepare(0, {}, {});
    EXPECT_EQ(machine.run(opcode), 0u);
    return machine.get(CryptoMachine::parameters, 16);
  };
  EXPECT_EQ(mask(Model::z990, km), octets("F0000000000000000000000000000000"));
  EXPECT_EQ(mask(Model::z9, km), octets("F0002000000000000000000000000000"));
  EXPECT_EQ(mask(Model::z10, km), octets("F0003800000000000000000000000000"));
  EXPECT_EQ(mask(Model::z196, km), octets("F0703838000028280000000000000000"));
  EXPECT_EQ(mask(Model::z10, 0xB93E), octets("F0000000000000000000000000000000"));
  EXPECT_EQ(mask(Model::z16, 0xB93E), octets("F0000000FC0000004000000000000000"));
}

}  // namespace
}  // namespace cpu
