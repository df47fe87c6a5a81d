#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "cpu/configuration.h"
#include "cpu/cpu.h"
#include "cpu/isa/model.h"
#include "cpu/operand_registers.h"

// What the instructions of the message-security assist share (PoP ch. 7, "Message-Security Assist"): a function code and a
// modifier in register 0, a parameter block at the address in register 1, and a query that lists the functions.
namespace cpu {

// Functions that came with the same model.
struct FunctionRange {
  std::uint8_t first, last;
  Model since;
};
using FunctionList = std::span<const FunctionRange>;

struct CryptoRequest {
  unsigned code;             // GR0 bits 57-63
  bool modifier;             // GR0 bit 56: decipher, seed, deterministic
  std::uint64_t parameters;  // address of the parameter block
};
inline CryptoRequest crypto_request(const Cpu& cpu) {
  return {static_cast<unsigned>(cpu.gr(0) & 0x7F), (cpu.gr(0) & 0x80) != 0, address_in(cpu, 1)};
}

// Bit n: function n is there (PoP ch. 7, "KM-Query").
std::array<std::byte, 16> query_mask(FunctionList functions, Model model);

// How the instruction ends before its function proper: a code that the model does not have, or the query, code 0, which every
// list names.
std::optional<Step> end_early(Cpu& cpu, const CryptoRequest& request, FunctionList functions);

// An even register other than 0, and the odd one behind it.
constexpr bool is_operand_pair(unsigned n) { return n != 0 && n % 2 == 0; }

// Work is done in pieces, with condition code 3 in between, so that interruptions are not kept waiting.
constexpr std::size_t crypto_piece = 4096;
constexpr std::uint8_t crypto_done = 0, crypto_wrong_pattern = 1, crypto_invalid = 2, crypto_unfinished = 3;

inline Step end_crypto(Cpu& cpu, std::uint8_t cc) {
  cpu.cc = cc;
  return Step::next;
}

}  // namespace cpu
