#include "cpu/isa/facilities.h"

#include <array>

namespace cpu {
namespace {

// What is offered: z/Architecture and the general, decimal and control facilities of a z10, and the general ones of z196 and
// z13. Not: floating-point arithmetic, cryptography, vectors, transactions.
constexpr unsigned offered[] = {
    0,   // N3 instructions
    1,   // z/Architecture installed
    2,   // and active
    3,   // DAT enhancement: IDTE
    7,   // STFLE
    8,   // enhanced DAT 1
    9,   // sense running status
    16,  // extended translation 2
    18,  // long displacement
    19,  // with high performance
    21,  // extended immediate
    22,  // extended translation 3
    25,  // store clock fast
    26,  // parsing enhancement
    27,  // MVCOS
    31,  // extract CPU time
    32,  // compare and swap and store
    33,  // compare and swap and store 2
    34,  // general instructions extension
    35,  // execute extensions
    40,  // load program parameter
    45,  // distinct operands, high word, interlocked access 1, load/store on condition, population count
    53,  // load/store on condition 2, load and zero rightmost byte
};

constexpr auto list = [] {
  std::array<std::uint64_t, 3> doublewords{};
  for (const unsigned bit : offered) doublewords[bit / 64] |= 1ULL << (63 - bit % 64);
  return doublewords;
}();

}  // namespace

std::span<const std::uint64_t> facility_list() { return list; }

}  // namespace cpu
