// Vector logical operations and the counting of bits. PoP ch. 22.
#include <bit>

#include "cpu/instruction.h"
#include "cpu/vector_elements.h"

namespace cpu {
namespace {

template <class F>
Step logical(Cpu& cpu, const Op& op, F f) {
  cpu.vr(op.r1) = vector_of(f(quadword_of(cpu.vr(op.r2)), quadword_of(cpu.vr(op.r3))));
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(vector_and) {
  return logical(cpu, op, [](Uint128 a, Uint128 b) { return a & b; });
}
Z_INSTRUCTION(vector_and_with_complement) {
  return logical(cpu, op, [](Uint128 a, Uint128 b) { return a & ~b; });
}
Z_INSTRUCTION(vector_or) {
  return logical(cpu, op, [](Uint128 a, Uint128 b) { return a | b; });
}
Z_INSTRUCTION(vector_or_with_complement) {
  return logical(cpu, op, [](Uint128 a, Uint128 b) { return a | ~b; });
}
Z_INSTRUCTION(vector_exclusive_or) {
  return logical(cpu, op, [](Uint128 a, Uint128 b) { return a ^ b; });
}
Z_INSTRUCTION(vector_nand) {
  return logical(cpu, op, [](Uint128 a, Uint128 b) { return ~(a & b); });
}
Z_INSTRUCTION(vector_nor) {
  return logical(cpu, op, [](Uint128 a, Uint128 b) { return ~(a | b); });
}
Z_INSTRUCTION(vector_not_exclusive_or) {
  return logical(cpu, op, [](Uint128 a, Uint128 b) { return ~(a ^ b); });
}

Z_INSTRUCTION(vector_count_leading_zeros) {
  return unary<byte, doubleword>(cpu, op, [](auto a) { return std::countl_zero(a); });
}
Z_INSTRUCTION(vector_count_trailing_zeros) {
  return unary<byte, doubleword>(cpu, op, [](auto a) { return std::countr_zero(a); });
}
Z_INSTRUCTION(vector_population_count) {
  return unary<byte, doubleword>(cpu, op, [](auto a) { return std::popcount(a); });
}

}  // namespace cpu
