// Vector integer comparisons and test under mask. PoP ch. 22.
#include "cpu/arithmetic.h"
#include "cpu/instruction.h"
#include "cpu/vector_elements.h"

namespace cpu {
namespace {

// M5 bit 3 asks for the condition code: all, some or none of the comparisons hold.
template <class T, class F>
void compare_elements(Cpu& cpu, const Op& op, F holds) {
  const Elements<T> a{cpu.vr(op.r2)}, b{cpu.vr(op.r3)};
  const VectorRegister result = map<T>([&](T x, T y) { return truth<T>(holds(x, y)); }, a, b);
  cpu.vr(op.r1) = result;
  if ((op.mask(5) & 1) == 0) return;
  constexpr Uint128 none = 0, all = ~none;
  cpu.cc = quadword_of(result) == all ? 0 : quadword_of(result) == none ? 3 : 1;
}

// One element of each register: the one that ends the left half.
template <class T>
std::uint8_t compare_scalar(Cpu& cpu, const Op& op) {
  return compare_code(static_cast<T>(cpu.vr(op.r1).high), static_cast<T>(cpu.vr(op.r2).high));
}

}  // namespace

Z_INSTRUCTION(vector_compare_equal) {
  return by_size<byte, doubleword>(cpu, op.mask(4), [&]<class T>() { compare_elements<T>(cpu, op, [](T a, T b) { return a == b; }); });
}
Z_INSTRUCTION(vector_compare_high) {
  return by_size<byte, doubleword>(cpu, op.mask(4), [&]<class T>() {
    compare_elements<Signed<T>>(cpu, op, [](Signed<T> a, Signed<T> b) { return a > b; });
  });
}
Z_INSTRUCTION(vector_compare_high_logical) {
  return by_size<byte, doubleword>(cpu, op.mask(4), [&]<class T>() { compare_elements<T>(cpu, op, [](T a, T b) { return a > b; }); });
}
Z_INSTRUCTION(vector_element_compare) {
  return by_size<byte, doubleword>(cpu, op.mask(3), [&]<class T>() { cpu.cc = compare_scalar<Signed<T>>(cpu, op); });
}
Z_INSTRUCTION(vector_element_compare_logical) {
  return by_size<byte, doubleword>(cpu, op.mask(3), [&]<class T>() { cpu.cc = compare_scalar<T>(cpu, op); });
}

// The bits of V1 that V2 selects.
Z_INSTRUCTION(vector_test_under_mask) {
  const Uint128 mask = quadword_of(cpu.vr(op.r2)), selected = quadword_of(cpu.vr(op.r1)) & mask;
  cpu.cc = selected == 0 ? 0 : selected == mask ? 3 : 1;
  return Step::next;
}

}  // namespace cpu
