#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cpu/cpu.h"

namespace cpu {

// What a spec says of the machine before or after its instruction; what it does not name is zero before and the same after.
struct MachineFacts {
  std::map<unsigned, std::uint64_t> gr, fpr, cr;
  std::map<unsigned, VectorRegister> vr;
  std::map<unsigned, std::uint32_t> ar;
  std::map<std::uint64_t, std::vector<std::uint8_t>> storage;
  std::optional<std::uint64_t> cc, program_mask, amode, psw, fpc, ia, pic, ilc;
};

// One "spec" of a text file:
//
//   spec   "AGR: overflow gives cc 3 and still stores the sum"
//   given  r1=7FFFFFFFFFFFFFFF r2=1
//   run    B9080012    AGR 1,2
//   expect r1=8000000000000000 cc=3
//
// given and expect take rN fN vN aN cN (general, floating-point, vector, access and control registers; a vector register is
// 32 digits), cc, pm (program mask), amode
// (24, 31, 64), psw (bits 0-63 at once, instead of cc, pm and amode), fpc, mem[address]=bytes, and expect also ia (of the next instruction), pic and ilc (of the program
// interruption). Numbers are hexadecimal except amode and those of registers. Lines with # are comments.
struct InstructionSpec {
  std::string file, title, mnemonic;
  unsigned line = 0;
  MachineFacts given, expected;
  std::vector<std::uint8_t> text;
};
void PrintTo(const InstructionSpec& spec, std::ostream* out);  // for GoogleTest

// A malformed file is a std::runtime_error with file and line.
std::vector<InstructionSpec> read_specs(const std::filesystem::path& folder);

}  // namespace cpu
