// PCC, KDSA and PCKMO: vectors of RFC 4493, 6979, 7748 and 8032, and libcrypto as the other side of a signature.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>

#include <algorithm>

#include "crypto_machine.h"

namespace cpu {
namespace {

constexpr std::uint16_t km = 0xB92E, pcc = 0xB92C, kdsa = 0xB93A, pckmo = 0xB928;

Octets reversed(Octets octets) {
  std::ranges::reverse(octets);
  return octets;
}
Octets padded(const Octets& number, std::size_t length) { return Octets(length - number.size()) + number; }

Octets cmac(const char* cipher, const Octets& key, const Octets& text) {
  EVP_MAC* kind = EVP_MAC_fetch(nullptr, "CMAC", nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(kind);
  OSSL_PARAM chosen[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, const_cast<char*>(cipher), 0), OSSL_PARAM_construct_end()};
  EXPECT_EQ(EVP_MAC_init(context, key.data(), key.size(), chosen), 1);
  EXPECT_EQ(EVP_MAC_update(context, text.data(), text.size()), 1);
  Octets result(16);
  std::size_t written = 0;
  EXPECT_EQ(EVP_MAC_final(context, result.data(), &written, result.size()), 1);
  result.resize(written);
  EVP_MAC_CTX_free(context);
  EVP_MAC_free(kind);
  return result;
}

TEST(Crypto, TheLastBlockOfACmacOfAnyLength) {
  struct Kind {
    unsigned code;
    const char* cipher;
    std::size_t key, block;
  };
  for (const auto& [code, cipher, key_length, block] : {Kind{3, "DES-EDE3-CBC", 24, 8}, Kind{18, "AES-128-CBC", 16, 16}, Kind{20, "AES-256-CBC", 32, 16}})
    for (std::size_t length = 0; length <= block; ++length) {
      const Octets key = noise(key_length), text = noise(length, 5);
      CryptoMachine machine;
      machine.prepare(code, Octets{static_cast<std::uint8_t>(8 * length)} + Octets(7) + text + noise(block - length, 6) + Octets(block) + key, {});
      EXPECT_EQ(machine.run(pcc), 0u);
      EXPECT_EQ(machine.get(CryptoMachine::parameters + 8 + block, block), cmac(cipher, key, text)) << cipher << ' ' << length;
    }
}

TEST(Crypto, TheXtsParameterOfALaterBlock) {
  const Octets key = noise(16, 1), tweak_key = noise(16, 2), tweak = noise(16, 3), text = noise(64, 4);
  const auto ciphertext = libcrypto_cipher("AES-128-XTS", true, key + tweak_key, tweak, text);
  CryptoMachine machine;
  machine.prepare(50, tweak_key + tweak + padded({3}, 16) + Octets(16), {});
  EXPECT_EQ(machine.run(pcc), 0u);
  const Octets parameter = machine.get(CryptoMachine::parameters + 64, 16);
  machine.prepare(50, key + parameter, part(text, 48, 16));
  EXPECT_EQ(machine.run(km), 0u);
  EXPECT_EQ(machine.get(CryptoMachine::target, 16), part(ciphertext, 48, 16));
}

// FIPS 186 and SEC 2: the base point of P-256; twice it.
const Octets base_x = octets("6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296");
const Octets base_y = octets("4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5");

TEST(Crypto, APointOfP256IsDoubled) {
  CryptoMachine machine;
  machine.prepare(64, Octets(64) + base_x + base_y + padded({2}, 32), {});
  EXPECT_EQ(machine.run(pcc), 0u);
  EXPECT_EQ(machine.get(CryptoMachine::parameters, 64), octets("7CF27B188D034F7E8A52380304B51AC3C08969E277F21B35A60B48FC47669978"
                                                               "07775510DB8ED040293D9AC69F7430DBBA7DADE63CE982299E04B79D227873D1"));
}
TEST(Crypto, APointThatIsNotOnTheCurveIsConditionCode2) {
  CryptoMachine machine;
  machine.prepare(64, Octets(64) + base_x + base_x + padded({2}, 32), {});
  EXPECT_EQ(machine.run(pcc), 2u);
  EXPECT_EQ(machine.get(CryptoMachine::parameters, 64), Octets(64));
}

TEST(Crypto, X25519OfRfc7748) {
  Octets scalar = octets("A546E36BF0527C9D3B16154B82465EDD62144C0AC1FC5A18506A2244BA449AC4");
  scalar[0] &= 0xF8;
  scalar[31] = static_cast<std::uint8_t>((scalar[31] & 0x7F) | 0x40);
  CryptoMachine machine;
  machine.prepare(80, Octets(32) + reversed(octets("E6DB6867583030DB3594C1A424B15F7C726624EC26B3353B10A903A6D0AB1C4C")) + reversed(scalar), {});
  EXPECT_EQ(machine.run(pcc), 0u);
  EXPECT_EQ(reversed(machine.get(CryptoMachine::parameters, 32)), octets("C3DA55379DE9C6908E94EA4DF28D084F32ECCF03491C71F754B4075577A28552"));
}

struct KeyPair {
  Octets private_key, public_key;
};
KeyPair key_pair(int kind, std::size_t length, std::uint32_t seed) {
  KeyPair result{noise(length, seed), Octets(length)};
  EVP_PKEY* key = EVP_PKEY_new_raw_private_key(kind, nullptr, result.private_key.data(), length);
  std::size_t written = length;
  EXPECT_EQ(EVP_PKEY_get_raw_public_key(key, result.public_key.data(), &written), 1);
  EVP_PKEY_free(key);
  return result;
}

TEST(Crypto, X448MultipliesTheBaseIntoAPublicKey) {
  const KeyPair pair = key_pair(EVP_PKEY_X448, 56, 9);
  Octets scalar = pair.private_key;
  scalar[0] &= 0xFC;
  scalar[55] |= 0x80;
  CryptoMachine machine;
  machine.prepare(81, Octets(64) + padded({5}, 64) + padded(reversed(scalar), 64), {});
  EXPECT_EQ(machine.run(pcc), 0u);
  EXPECT_EQ(machine.get(CryptoMachine::parameters, 64), padded(reversed(pair.public_key), 64));
}

Octets decimal(const char* digits, std::size_t length) {
  BIGNUM* number = nullptr;
  BN_dec2bn(&number, digits);
  Octets result(length);
  EXPECT_GT(BN_bn2binpad(number, result.data(), static_cast<int>(length)), 0);
  BN_free(number);
  return result;
}
Octets remainder(const Octets& number, const Octets& modulus) {
  BN_CTX* context = BN_CTX_new();
  BIGNUM *n = BN_bin2bn(number.data(), static_cast<int>(number.size()), nullptr), *m = BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr);
  BN_mod(n, n, m, context);
  Octets result(modulus.size());
  EXPECT_GT(BN_bn2binpad(n, result.data(), static_cast<int>(result.size())), 0);
  BN_free(n);
  BN_free(m);
  BN_CTX_free(context);
  return result;
}

// RFC 8032: the public key is the base point times the hashed private key; its last bit is that of x.
TEST(Crypto, TheBaseOfEd25519TimesASecretIsAPublicKey) {
  const KeyPair pair = key_pair(EVP_PKEY_ED25519, 32, 10);
  Octets secret = part(libcrypto_digest("SHA512", pair.private_key, 64), 0, 32);
  secret[0] &= 0xF8;
  secret[31] = static_cast<std::uint8_t>((secret[31] & 0x7F) | 0x40);
  const Octets order = decimal("7237005577332262213973186563042994240857116359379907606001950938285454250989", 32);
  const Octets x = decimal("15112221349535400772501151409588531511454012693041857206046113283949847762202", 32);
  const Octets y = decimal("46316835694926478169428394003475163141307993866256225615783033603165251855960", 32);
  CryptoMachine machine;
  machine.prepare(72, Octets(64) + x + y + remainder(reversed(secret), order), {});
  EXPECT_EQ(machine.run(pcc), 0u);
  Octets expected = reversed(pair.public_key);
  const int sign = expected[0] >> 7;
  expected[0] &= 0x7F;
  EXPECT_EQ(machine.get(CryptoMachine::parameters + 32, 32), expected);
  EXPECT_EQ(machine.get(CryptoMachine::parameters + 31, 1)[0] & 1, sign);
}
TEST(Crypto, TheBaseOfEd448TimesASecretIsAPublicKey) {
  const KeyPair pair = key_pair(EVP_PKEY_ED448, 57, 11);
  Octets secret = part(libcrypto_digest("SHAKE256", pair.private_key, 114), 0, 57);
  secret[0] &= 0xFC;
  secret[55] |= 0x80;
  secret[56] = 0;
  const Octets order = decimal("181709681073901722637330951972001133588410340171829515070372549795146003961539585716195755291692375963310293709091662304773755859649779", 64);
  const Octets x = decimal("224580040295924300187604334099896036246789641632564134246125461686950415467406032909029192869357953282578032075146446173674602635247710", 64);
  const Octets y = decimal("298819210078481492676017930443930673437544040154080242095928241372331506189835876003536878655418784733982303233503462500531545062832660", 64);
  CryptoMachine machine;
  machine.prepare(73, Octets(128) + x + y + remainder(reversed(secret), order), {});
  EXPECT_EQ(machine.run(pcc), 0u);
  Octets expected = reversed(pair.public_key);
  const int sign = expected[0] >> 7;
  expected[0] = 0;
  EXPECT_EQ(machine.get(CryptoMachine::parameters + 64, 64), padded(expected, 64));
  EXPECT_EQ(machine.get(CryptoMachine::parameters + 63, 1)[0] & 1, sign);
}

// RFC 6979, A.2.5, SHA-256 of "sample".
const Octets sample_key = octets("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
const Octets sample_public = octets("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
                                    "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299");
const Octets sample_hash = octets("AF2BDBE1AA9B6EC1E2ADE1D694F41FC71A831D0268E9891562113D8A62ADD1BF");
const Octets sample_nonce = octets("A6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60");
const Octets sample_signature = octets("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
                                       "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");

TEST(Crypto, EcdsaWithAGivenNonce) {
  CryptoMachine machine;
  machine.prepare(9 | 0x80, Octets(64) + sample_hash + sample_key + sample_nonce, {});
  EXPECT_EQ(machine.run(kdsa), 0u);
  EXPECT_EQ(machine.get(CryptoMachine::parameters, 64), sample_signature);
}
TEST(Crypto, EcdsaVerifies) {
  CryptoMachine machine;
  machine.prepare(1, sample_signature + sample_hash + sample_public, {});
  EXPECT_EQ(machine.run(kdsa), 0u);
  Octets forged = sample_signature;
  forged[63] ^= 1;
  machine.prepare(1, forged + sample_hash + sample_public, {});
  EXPECT_EQ(machine.run(kdsa), 2u);
}

struct PrimeCurve {
  unsigned code;
  int name;
  std::size_t field, bytes;
};
class Ecdsa : public testing::TestWithParam<PrimeCurve> {};

TEST_P(Ecdsa, IsUnderstoodByLibcryptoAndUnderstandsIt) {
  const auto [code, name, field, bytes] = GetParam();
  EC_KEY* key = EC_KEY_new_by_curve_name(name);
  ASSERT_EQ(EC_KEY_generate_key(key), 1);
  const auto octets_of = [field = field](const BIGNUM* number) {
    Octets result(field);
    EXPECT_GE(BN_bn2binpad(number, result.data(), static_cast<int>(field)), 0);
    return result;
  };
  BIGNUM *x = BN_new(), *y = BN_new();
  EC_POINT_get_affine_coordinates(EC_KEY_get0_group(key), EC_KEY_get0_public_key(key), x, y, nullptr);
  const Octets hash = noise(32, 50), public_key = octets_of(x) + octets_of(y), private_key = octets_of(EC_KEY_get0_private_key(key));
  CryptoMachine machine;
  machine.prepare(8 + code, Octets(2 * field) + padded(hash, field) + private_key + noise(field, 51), {});
  EXPECT_EQ(machine.run(kdsa), 0u);
  const Octets r = machine.get(CryptoMachine::parameters, field), s = machine.get(CryptoMachine::parameters + field, field);
  ECDSA_SIG* signature = ECDSA_SIG_new();
  ECDSA_SIG_set0(signature, BN_bin2bn(r.data(), static_cast<int>(field), nullptr), BN_bin2bn(s.data(), static_cast<int>(field), nullptr));
  EXPECT_EQ(ECDSA_do_verify(hash.data(), 32, signature, key), 1);
  ECDSA_SIG_free(signature);

  signature = ECDSA_do_sign(hash.data(), 32, key);
  machine.prepare(code, octets_of(ECDSA_SIG_get0_r(signature)) + octets_of(ECDSA_SIG_get0_s(signature)) + padded(hash, field) + public_key, {});
  EXPECT_EQ(machine.run(kdsa), 0u);
  ECDSA_SIG_free(signature);
  BN_free(x);
  BN_free(y);
  EC_KEY_free(key);
}
INSTANTIATE_TEST_SUITE_P(Crypto, Ecdsa,
                         testing::Values(PrimeCurve{1, NID_X9_62_prime256v1, 32, 32}, PrimeCurve{2, NID_secp384r1, 48, 48},
                                         PrimeCurve{3, NID_secp521r1, 80, 66}),
                         [](const auto& info) { return std::to_string(info.param.code); });

// RFC 8032, 7.1, test 2.
TEST(Crypto, Ed25519OfRfc8032) {
  const Octets key = octets("4CCD089B28FF96DA9DB6C346EC114E0F5B8A319F35ABA624DA8CF6ED4FB8A6FB");
  const Octets public_key = octets("3D4017C3E843895A92B70AA74D1B7EBC9C982CCF2EC4968CC0CD55F12AF4660C");
  const Octets r = octets("92A009A9F0D4CAB8720E820B5F642540A2B27B5416503F8FB3762223EBDB69DA");
  const Octets s = octets("085AC1E43E15996E458F3613D0F11D8C387B2EAEB4302AEEB00D291612BB0C00");
  CryptoMachine machine;
  machine.prepare(40, Octets(64) + key, {0x72});
  EXPECT_EQ(machine.run(kdsa), 0u);
  EXPECT_EQ(machine.get(CryptoMachine::parameters, 64), reversed(r) + reversed(s));
  machine.prepare(32, reversed(r) + reversed(s) + reversed(public_key), {0x72});
  EXPECT_EQ(machine.run(kdsa), 0u);
  machine.prepare(32, reversed(r) + reversed(s) + reversed(public_key), {0x73});
  EXPECT_EQ(machine.run(kdsa), 2u);
}

TEST(Crypto, Ed448SignsWhatLibcryptoSigns) {
  const KeyPair pair = key_pair(EVP_PKEY_ED448, 57, 12);
  const Octets message = noise(10000, 13);
  EVP_PKEY* key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED448, nullptr, pair.private_key.data(), 57);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key);
  Octets signature(114);
  std::size_t length = signature.size();
  ASSERT_EQ(EVP_DigestSign(context, signature.data(), &length, message.data(), message.size()), 1);
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  const Octets expected = padded(reversed(part(signature, 0, 57)), 64) + padded(reversed(part(signature, 57, 57)), 64);
  CryptoMachine machine;
  machine.prepare(44, Octets(128) + padded(pair.private_key, 64), message);
  EXPECT_EQ(machine.run(kdsa), 0u);
  EXPECT_EQ(machine.get(CryptoMachine::parameters, 128), expected);
  machine.prepare(36, expected + padded(reversed(pair.public_key), 64), message);
  EXPECT_EQ(machine.run(kdsa), 0u);
}

TEST(Crypto, AKeyThatWasEncryptedWorksLikeTheClearOne) {
  for (const auto& [encrypts, clear, key_length, pattern] : {std::tuple{1u, 1u, 8u, 24u}, std::tuple{2u, 2u, 16u, 24u}, std::tuple{3u, 3u, 24u, 24u},
                                                                      std::tuple{18u, 18u, 16u, 32u}, std::tuple{19u, 19u, 24u, 32u}, std::tuple{20u, 20u, 32u, 32u}}) {
    const Octets key = noise(key_length), text = noise(64);
    CryptoMachine machine;
    machine.prepare(encrypts, key + Octets(pattern), {});
    machine.run(pckmo);
    const Octets wrapped = machine.get(CryptoMachine::parameters, key_length + pattern);
    EXPECT_NE(part(wrapped, 0, key_length), key);
    machine.prepare(clear + 8, wrapped, text);
    EXPECT_EQ(machine.run(km), 0u);
    const Octets by_wrapped = machine.get(CryptoMachine::target, 64);
    machine.prepare(clear, key, text);
    EXPECT_EQ(machine.run(km), 0u);
    EXPECT_EQ(by_wrapped, machine.get(CryptoMachine::target, 64));

    CryptoMachine other;
    other.prepare(clear + 8, wrapped, text);
    EXPECT_EQ(other.run(km), 1u);
  }
}

TEST(Crypto, EcdsaWithAnEncryptedKey) {
  CryptoMachine machine;
  machine.prepare(32, sample_key + Octets(32), {});
  machine.run(pckmo);
  const Octets wrapped = machine.get(CryptoMachine::parameters, 64);
  machine.prepare(17 | 0x80, Octets(64) + sample_hash + wrapped + sample_nonce, {});
  EXPECT_EQ(machine.run(kdsa), 0u);
  EXPECT_EQ(machine.get(CryptoMachine::parameters, 64), sample_signature);
  machine.prepare(17 | 0x80, Octets(64) + sample_hash + part(wrapped, 0, 32) + noise(32) + sample_nonce, {});
  EXPECT_EQ(machine.run(kdsa), 1u);
}

}  // namespace
}  // namespace cpu
