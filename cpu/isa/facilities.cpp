#include "cpu/isa/facilities.h"

#include <array>

namespace cpu {
namespace {

// What is offered, and from which model on. Each row stands only when all of its facility is there.
struct Facility {
  std::uint8_t bit;
  Model since;
};
constexpr Facility offered[] = {
    {0, Model::z900},   // N3 instructions
    {1, Model::z900},   // z/Architecture installed
    {2, Model::z900},   // and active
    {3, Model::z990},   // DAT enhancement: IDTE
    {4, Model::z990},   // IDTE clears selectively
    {6, Model::z990},   // ASN and LX reuse
    {7, Model::z9},     // STFLE
    {8, Model::z10},    // enhanced DAT 1
    {9, Model::z10},    // sense running status
    {10, Model::z10},   // conditional SSKE
    {11, Model::z10},   // configuration topology
    {13, Model::z196},  // IPTE range
    {14, Model::z196},  // nonquiescing key setting
    {16, Model::z900},  // extended translation 2
    {17, Model::z990},  // message-security assist
    {18, Model::z990},  // long displacement
    {19, Model::z990},  // with high performance
    {20, Model::z990},  // HFP multiply and add/subtract
    {21, Model::z9},    // extended immediate
    {22, Model::z9},    // extended translation 3
    {23, Model::z9},    // HFP unnormalized extensions
    {24, Model::z9},    // extended translation 2 enhancement: no test character
    {25, Model::z9},    // store clock fast
    {26, Model::z10},   // parsing enhancement
    {27, Model::z9},    // MVCOS
    {28, Model::z9},    // TOD-clock steering
    {30, Model::z9},    // extended translation 3 enhancement: well-formedness
    {31, Model::z9},    // extract CPU time
    {32, Model::z9},    // compare and swap and store
    {33, Model::z10},   // compare and swap and store 2
    {34, Model::z10},   // general instructions extension
    {35, Model::z10},   // execute extensions
    {37, Model::z196},  // floating-point extension
    {40, Model::z10},   // load program parameter
    {41, Model::z9},    // floating-point-support enhancement: FPR-GR transfer, sign handling, DFP rounding
    {42, Model::z9},    // decimal floating point
    {43, Model::z10},   // with high performance
    {44, Model::z9},    // perform floating-point operation
    {45, Model::z196},  // distinct operands, high word, interlocked access 1, load/store on condition, population count
    {48, Model::zec12}, // decimal-floating-point zoned conversion
    {49, Model::zec12}, // execution hint, load and trap, miscellaneous-instruction extensions 1, processor assist
    {50, Model::zec12}, // constrained transactional execution
    {51, Model::zec12}, // local TLB clearing
    {52, Model::zec12}, // interlocked access 2
    {53, Model::z13},   // load/store on condition 2, load and zero rightmost byte
    {57, Model::z13},   // message-security-assist extension 5
    {58, Model::z14},   // miscellaneous-instruction extensions 2
    {61, Model::z15},   // miscellaneous-instruction extensions 3
    {66, Model::z196},  // reset reference bits multiple
    {73, Model::zec12}, // transactional execution
    {75, Model::z196},  // access-exception fetch/store indication
    {76, Model::z196},  // message-security-assist extension 3
    {77, Model::z196},  // message-security-assist extension 4
    {78, Model::zec12}, // enhanced DAT 2
    {80, Model::z13},   // decimal-floating-point packed conversion
    {129, Model::z13},  // vector
    {130, Model::z14},  // instruction-execution protection
    {131, Model::z14},  // enhanced suppression on protection 2
    {133, Model::z14},  // guarded storage
    {134, Model::z14},  // vector packed decimal
    {135, Model::z14},  // vector enhancements 1
    {145, Model::z14},  // insert reference bits multiple
    {146, Model::z14},  // message-security-assist extension 8
    {148, Model::z15},  // vector enhancements 2
    {151, Model::z15},  // DEFLATE conversion
    {152, Model::z15},  // vector packed decimal enhancement 1
    {155, Model::z15},  // message-security-assist extension 9
    {193, Model::z16},  // BEAR enhancement
    {194, Model::z16},  // reset DAT protection
};

std::vector<std::uint64_t> list_of(Model model) {
  std::vector<std::uint64_t> doublewords;
  for (const auto& [bit, since] : offered) {
    if (since > model) continue;
    if (doublewords.size() <= bit / 64u) doublewords.resize(bit / 64u + 1);
    doublewords[bit / 64] |= 1ULL << (63 - bit % 64);
  }
  return doublewords;
}

}  // namespace

const std::vector<std::uint64_t>& facility_list(Model model) {
  static const auto lists = [] {
    std::array<std::vector<std::uint64_t>, static_cast<std::size_t>(Model::z16) + 1> all;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = list_of(static_cast<Model>(i));
    return all;
  }();
  return lists[static_cast<std::size_t>(model)];
}

}  // namespace cpu
