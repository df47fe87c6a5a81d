#pragma once

#include <openssl/evp.h>

#include <string>
#include <string_view>
#include <vector>

#include "machine.h"

namespace cpu {

using Octets = std::vector<std::uint8_t>;

inline Octets octets(std::string_view hex) {
  Octets result;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    result.push_back(static_cast<std::uint8_t>(std::stoul(std::string{hex.substr(i, 2)}, nullptr, 16)));
  return result;
}
inline Octets operator+(Octets first, const Octets& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}
inline Octets part(const Octets& whole, std::size_t at, std::size_t length) {
  const auto begin = whole.begin() + static_cast<std::ptrdiff_t>(at);
  return {begin, begin + static_cast<std::ptrdiff_t>(length)};
}
// Bytes without a pattern, the same ones for the same seed.
inline Octets noise(std::size_t length, std::uint32_t seed = 1) {
  Octets result(length);
  for (auto& octet : result) {
    seed = seed * 1664525 + 1013904223;
    octet = static_cast<std::uint8_t>(seed >> 24);
  }
  return result;
}

// A machine that executes instructions of the message-security assist with operands at fixed places, again and again
// until condition code 3 is over. Operands begin within a page, so that they cross into the next.
class CryptoMachine {
 public:
  static constexpr std::uint64_t program = 0x10000, parameters = 0x2000, source = 0x20FF1, target = 0x40FF7, third = 0x60FF9;

  explicit CryptoMachine(Model model = Model::z16) : machine_(1, Timing::driven, {16 << 20}, model) { machine_.put_stops(); }

  Machine& machine() { return machine_; }
  Cpu& cpu() { return machine_.cpu(); }
  void put(std::uint64_t at, const Octets& octets) {
    if (!octets.empty())
      ASSERT_EQ(machine_.storage().store({at}, std::as_bytes(std::span{octets}), 0), StorageCheck::none);
  }
  Octets get(std::uint64_t at, std::size_t length) const {
    Octets result(length);
    for (std::size_t i = 0; i < length; ++i) result[i] = machine_.value<std::uint8_t>(at + i);
    return result;
  }
  // Registers 1: parameters, 2 and 3: target and its length, 4 and 5: source, 6 and 7: third operand.
  void prepare(std::uint64_t function, const Octets& parameter_block, const Octets& second, const Octets& third_operand = {}) {
    put(parameters, parameter_block);
    put(source, second);
    put(third, third_operand);
    Cpu& c = cpu();
    c.gr(0) = function;
    c.gr(1) = parameters;
    c.gr(2) = target;
    c.gr(3) = 0;
    c.gr(4) = source;
    c.gr(5) = second.size();
    c.gr(6) = third;
    c.gr(7) = third_operand.size();
  }
  // The instruction with R1, R2 and R3 as above, until it ends with another condition code than 3.
  unsigned run(std::uint16_t opcode, std::uint8_t r3 = 0) {
    machine_.put(program, {static_cast<std::uint8_t>(opcode >> 8), static_cast<std::uint8_t>(opcode),
                           static_cast<std::uint8_t>(r3 << 4), 0x24});
    executions = 0;
    do {
      machine_.configuration().load_psw(0, {Machine::supervisor, program});
      machine_.step();
      ++executions;
    } while (cpu().cc == 3 && cpu().psw.ia == program + 4);
    return cpu().cc;
  }
  std::uint16_t interruption_code() const { return machine_.value<std::uint16_t>(0x8E); }

  unsigned executions = 0;

 private:
  Machine machine_;
};

// The foreign judge: libcrypto's own modes.
inline Octets libcrypto_cipher(const char* name, bool enciphers, const Octets& key, const Octets& iv, const Octets& text) {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
  Octets result(text.size() + 32);
  int written = 0;
  EXPECT_EQ(EVP_CipherInit_ex2(context, cipher, key.data(), iv.empty() ? nullptr : iv.data(), enciphers ? 1 : 0, nullptr), 1) << name;
  EVP_CIPHER_CTX_set_padding(context, 0);
  EXPECT_EQ(EVP_CipherUpdate(context, result.data(), &written, text.data(), static_cast<int>(text.size())), 1) << name;
  result.resize(static_cast<std::size_t>(written));
  EVP_CIPHER_free(cipher);
  EVP_CIPHER_CTX_free(context);
  return result;
}
inline Octets libcrypto_digest(const char* name, const Octets& text, std::size_t length) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_MD* digest = EVP_MD_fetch(nullptr, name, nullptr);
  Octets result(length);
  EVP_DigestInit_ex(context, digest, nullptr);
  EVP_DigestUpdate(context, text.data(), text.size());
  if (std::string_view{name}.starts_with("SHAKE")) EXPECT_EQ(EVP_DigestFinalXOF(context, result.data(), length), 1);
  else EXPECT_EQ(EVP_DigestFinal_ex(context, result.data(), nullptr), 1);
  EVP_MD_free(digest);
  EVP_MD_CTX_free(context);
  return result;
}

}  // namespace cpu
