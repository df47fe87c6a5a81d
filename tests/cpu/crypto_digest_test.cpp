// KIMD, KLMD, KMA and PRNO against libcrypto.
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "crypto_machine.h"

namespace cpu {
namespace {

constexpr std::uint16_t kimd = 0xB93E, klmd = 0xB93F, kma = 0xB929, prno = 0xB93C;

struct Function {
  unsigned code;
  const char* name;
  const char* initial;  // state
  std::size_t block, digest, count;  // bytes; count: of the message bit length
};
// FIPS 180-4, 5.3; the sponge of FIPS 202 begins with zeros.
constexpr Function functions[] = {
    {1, "SHA1", "67452301EFCDAB8998BADCFE10325476C3D2E1F0", 64, 20, 8},
    {2, "SHA256", "6A09E667BB67AE853C6EF372A54FF53A510E527F9B05688C1F83D9AB5BE0CD19", 64, 32, 8},
    {3, "SHA512",
     "6A09E667F3BCC908BB67AE8584CAA73B3C6EF372FE94F82BA54FF53A5F1D36F1510E527FADE682D19B05688C2B3E6C1F1F83D9ABFB41BD6B5BE0CD19137E2179",
     128, 64, 16},
    {32, "SHA3-224", "", 144, 28, 0},
    {33, "SHA3-256", "", 136, 32, 0},
    {34, "SHA3-384", "", 104, 48, 0},
    {35, "SHA3-512", "", 72, 64, 0},
};

Octets initial_state(const Function& function) {
  return function.count == 0 ? Octets(200) : octets(function.initial);
}
Octets bit_count(std::size_t bytes, std::size_t width) {
  Octets result(width);
  for (std::size_t i = 0, bits = bytes * 8; i < width && bits != 0; ++i, bits >>= 8) result[width - 1 - i] = static_cast<std::uint8_t>(bits);
  return result;
}

class Digest : public testing::TestWithParam<Function> {};

TEST_P(Digest, OfMessagesOfAllKindsOfEnds) {
  const Function& f = GetParam();
  for (const std::size_t length : {std::size_t{0}, std::size_t{3}, f.block - f.count - 1, f.block - f.count, f.block - 1, f.block, std::size_t{4096}, std::size_t{10000}}) {
    const Octets message = noise(length);
    CryptoMachine machine;
    machine.prepare(f.code, initial_state(f) + bit_count(length, f.count), message);
    EXPECT_EQ(machine.run(klmd), 0u);
    EXPECT_EQ(machine.get(CryptoMachine::parameters, f.digest), libcrypto_digest(f.name, message, f.digest)) << length;
    EXPECT_EQ(machine.cpu().gr(5), 0u);
    EXPECT_EQ(machine.cpu().gr(4), CryptoMachine::source + length);
  }
}

TEST_P(Digest, IsTheSameWhenItsBeginningWasTakenBefore) {
  const Function& f = GetParam();
  const std::size_t first = f.block * 100;
  const Octets message = noise(first + 50);
  CryptoMachine machine;
  machine.prepare(f.code, initial_state(f), part(message, 0, first));
  EXPECT_EQ(machine.run(kimd), 0u);
  const Octets state = machine.get(CryptoMachine::parameters, initial_state(f).size());
  machine.prepare(f.code, state + bit_count(message.size(), f.count), part(message, first, 50));
  EXPECT_EQ(machine.run(klmd), 0u);
  EXPECT_EQ(machine.get(CryptoMachine::parameters, f.digest), libcrypto_digest(f.name, message, f.digest));
}

INSTANTIATE_TEST_SUITE_P(Crypto, Digest, testing::ValuesIn(functions), [](const auto& info) { return std::to_string(info.param.code); });

TEST(Crypto, ShakeStoresAsMuchAsIsAskedFor) {
  for (const auto& [code, name] : {std::pair{36u, "SHAKE128"}, std::pair{37u, "SHAKE256"}})
    for (const std::size_t length : {1u, 136u, 168u, 5000u, 20000u}) {
      const Octets message = noise(length / 2 + 7);
      CryptoMachine machine;
      machine.prepare(code, Octets(200), message);
      machine.cpu().gr(3) = length;
      EXPECT_EQ(machine.run(klmd), 0u);
      EXPECT_EQ(machine.get(CryptoMachine::target, length), libcrypto_digest(name, message, length)) << name << ' ' << length;
      EXPECT_EQ(machine.cpu().gr(2), CryptoMachine::target + length);
      EXPECT_EQ(machine.cpu().gr(3), 0u);
    }
}

TEST(Crypto, ShakeGoesOnWithThePaddingState) {
  CryptoMachine machine;
  machine.prepare(36, Octets(200), noise(300));
  machine.cpu().gr(3) = 168;
  EXPECT_EQ(machine.run(klmd), 0u);
  const Octets first = machine.get(CryptoMachine::target, 168), state = machine.get(CryptoMachine::parameters, 200);
  machine.prepare(36 | 0x100, state, {});
  machine.cpu().gr(3) = 50;
  EXPECT_EQ(machine.run(klmd), 0u);
  EXPECT_EQ(first + machine.get(CryptoMachine::target, 50), libcrypto_digest("SHAKE128", noise(300), 218));
}

struct Sealed {
  Octets text, tag;
};
Sealed seal(const char* name, const Octets& key, const Octets& iv, const Octets& data, const Octets& text) {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
  Sealed result{Octets(text.size() + 16), Octets(16)};
  int length = 0;
  EXPECT_EQ(EVP_EncryptInit_ex2(context, cipher, key.data(), iv.data(), nullptr), 1);
  EXPECT_EQ(EVP_EncryptUpdate(context, nullptr, &length, data.data(), static_cast<int>(data.size())), 1);
  EXPECT_EQ(EVP_EncryptUpdate(context, result.text.data(), &length, text.data(), static_cast<int>(text.size())), 1);
  result.text.resize(static_cast<std::size_t>(length));
  EXPECT_EQ(EVP_EncryptFinal_ex(context, result.tag.data(), &length), 1);
  EXPECT_EQ(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, result.tag.data()), 1);
  EVP_CIPHER_free(cipher);
  EVP_CIPHER_CTX_free(context);
  return result;
}

constexpr std::uint64_t last_data = 0x200, last_text = 0x100, has_subkey = 0x400;

// Counter value 1 and the initial counter block that ends in it, as SP 800-38D has it for 12-byte initialisation vectors.
Octets galois_parameters(const Octets& key, const Octets& iv, std::size_t data, std::size_t text) {
  const Octets one = octets("00000001");
  return Octets(12) + one + Octets(32) + bit_count(data, 8) + bit_count(text, 8) + iv + one + key;
}

class Galois : public testing::TestWithParam<std::pair<unsigned, const char*>> {
 protected:
  Octets key_ = noise((GetParam().first - 16) * 8, 31), iv_ = noise(12, 32), data_ = noise(5001, 33), text_ = noise(9607, 34);
  Sealed sealed_ = seal(GetParam().second, key_, iv_, data_, text_);
};

TEST_P(Galois, CiphersTheTextAndAuthenticatesBoth) {
  CryptoMachine machine;
  machine.prepare(GetParam().first | last_data | last_text, galois_parameters(key_, iv_, 5001, 9607), text_, data_);
  EXPECT_EQ(machine.run(kma, 6), 0u);
  EXPECT_EQ(machine.get(CryptoMachine::target, 9607), sealed_.text);
  EXPECT_EQ(machine.get(CryptoMachine::parameters + 16, 16), sealed_.tag);
  EXPECT_EQ(machine.cpu().gr(5) | machine.cpu().gr(7), 0u);
  EXPECT_EQ(machine.cpu().gr(0) & has_subkey, has_subkey);
}

TEST_P(Galois, DeciphersWhatWasEnciphered) {
  CryptoMachine machine;
  machine.prepare(GetParam().first | last_data | last_text | 0x80, galois_parameters(key_, iv_, 5001, 9607), sealed_.text, data_);
  EXPECT_EQ(machine.run(kma, 6), 0u);
  EXPECT_EQ(machine.get(CryptoMachine::target, 9607), text_);
  EXPECT_EQ(machine.get(CryptoMachine::parameters + 16, 16), sealed_.tag);
}

TEST_P(Galois, MayBeGivenItsOperandsInParts) {
  CryptoMachine machine;
  machine.prepare(GetParam().first, galois_parameters(key_, iv_, 5001, 9607), {}, part(data_, 0, 4800));
  EXPECT_EQ(machine.run(kma, 6), 0u);
  Octets parameters = machine.get(CryptoMachine::parameters, 80 + key_.size());
  machine.prepare(GetParam().first | has_subkey | last_data, parameters, part(text_, 0, 1600), part(data_, 4800, 201));
  EXPECT_EQ(machine.run(kma, 6), 0u);
  const Octets first = machine.get(CryptoMachine::target, 1600);
  parameters = machine.get(CryptoMachine::parameters, 80 + key_.size());
  machine.prepare(GetParam().first | has_subkey | last_data | last_text, parameters, part(text_, 1600, 8007));
  EXPECT_EQ(machine.run(kma, 6), 0u);
  EXPECT_EQ(first + machine.get(CryptoMachine::target, 8007), sealed_.text);
  EXPECT_EQ(machine.get(CryptoMachine::parameters + 16, 16), sealed_.tag);
}

INSTANTIATE_TEST_SUITE_P(Crypto, Galois,
                         testing::Values(std::pair{18u, "AES-128-GCM"}, std::pair{19u, "AES-192-GCM"}, std::pair{20u, "AES-256-GCM"}),
                         [](const auto& info) { return std::to_string(info.param.first); });

// libcrypto's HASH-DRBG over its TEST-RAND, which gives the entropy that it was told.
class ReferenceGenerator {
 public:
  ReferenceGenerator(Octets entropy, Octets nonce, const Octets& personalization) {
    test_ = make("TEST-RAND", nullptr);
    generator_ = make("HASH-DRBG", test_);
    unsigned strength = 256;
    OSSL_PARAM given[] = {OSSL_PARAM_construct_uint(OSSL_RAND_PARAM_STRENGTH, &strength),
                          OSSL_PARAM_construct_octet_string(OSSL_RAND_PARAM_TEST_ENTROPY, entropy.data(), entropy.size()),
                          OSSL_PARAM_construct_octet_string(OSSL_RAND_PARAM_TEST_NONCE, nonce.data(), nonce.size()),
                          OSSL_PARAM_construct_end()};
    EXPECT_EQ(EVP_RAND_instantiate(test_, strength, 0, nullptr, 0, given), 1);
    char digest[] = "SHA512";
    OSSL_PARAM chosen[] = {OSSL_PARAM_construct_utf8_string(OSSL_DRBG_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
    EXPECT_EQ(EVP_RAND_instantiate(generator_, strength, 0, personalization.data(), personalization.size(), chosen), 1);
  }
  ~ReferenceGenerator() {
    EVP_RAND_CTX_free(generator_);
    EVP_RAND_CTX_free(test_);
  }
  Octets generate(std::size_t length) {
    Octets result(length);
    EXPECT_EQ(EVP_RAND_generate(generator_, result.data(), length, 256, 0, nullptr, 0), 1);
    return result;
  }

 private:
  static EVP_RAND_CTX* make(const char* name, EVP_RAND_CTX* parent) {
    EVP_RAND* kind = EVP_RAND_fetch(nullptr, name, nullptr);
    EVP_RAND_CTX* context = EVP_RAND_CTX_new(kind, parent);
    EVP_RAND_free(kind);
    return context;
  }
  EVP_RAND_CTX* test_ = nullptr;
  EVP_RAND_CTX* generator_ = nullptr;
};

TEST(Crypto, DeterministicNumbersAreThoseOfHashDrbg) {
  const Octets entropy = noise(32, 41), nonce = noise(16, 42), personalization = noise(20, 43);
  ReferenceGenerator reference{entropy, nonce, personalization};
  CryptoMachine machine;
  machine.prepare(3 | 0x80, Octets(240), entropy + nonce + personalization);
  EXPECT_EQ(machine.run(prno), 0u);
  EXPECT_EQ(machine.cpu().gr(5), 0u);
  for (const std::size_t length : {64u, 1000u, 50000u}) {
    machine.prepare(3, {}, {});
    machine.cpu().gr(3) = length;
    EXPECT_EQ(machine.run(prno), 0u);
    EXPECT_EQ(machine.get(CryptoMachine::target, length), reference.generate(length)) << length;
  }
  EXPECT_EQ(machine.get(CryptoMachine::parameters + 4, 12), octets("00000004") + octets("000000000000C778"));  // 51064 bytes
}

TEST(Crypto, DeterministicNumbersNeedASeed) {
  CryptoMachine machine;
  machine.prepare(3, Octets(240), {});
  machine.cpu().gr(3) = 64;
  machine.run(prno);
  EXPECT_EQ(machine.interruption_code(), 6u);
}

TEST(Crypto, TrueRandomNumbersFillBothOperands) {
  CryptoMachine machine;
  machine.prepare(114, {}, Octets(6000));
  machine.cpu().gr(3) = 100;
  EXPECT_EQ(machine.run(prno), 0u);
  EXPECT_NE(machine.get(CryptoMachine::target, 100), Octets(100));
  EXPECT_NE(machine.get(CryptoMachine::source + 5900, 100), Octets(100));
  EXPECT_EQ(machine.cpu().gr(3) | machine.cpu().gr(5), 0u);
}

}  // namespace
}  // namespace cpu
