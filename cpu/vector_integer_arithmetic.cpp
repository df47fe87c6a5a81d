// Vector integer sums, differences, averages, extremes, and the carries of long ones. PoP ch. 22.
#include <algorithm>

#include "cpu/instruction.h"
#include "cpu/vector_elements.h"

namespace cpu {

using std::uint32_t;
using std::uint64_t;

namespace {

// The whole register as one integer, a carry in and a carry out.
struct Sum {
  Uint128 value;
  bool carry;
};
Sum add_with_carry(Uint128 a, Uint128 b, Uint128 carry) {
  const Uint128 partial = a + b, sum = partial + carry;
  return {sum, partial < a || sum < partial};
}
// V2 plus V3, or plus its complement, with the carry in the last bit of V4. Only quadwords are defined (M5 is 4).
template <class Result, class Prepare>
Step extended_add(Cpu& cpu, const Op& op, Prepare prepare, Result result) {
  if (op.mask(5) != quadword) return specification_exception(cpu);
  const Uint128 carry = cpu.vr(op.b1).low & 1;
  cpu.vr(op.r1) = vector_of(result(add_with_carry(quadword_of(cpu.vr(op.r2)), prepare(quadword_of(cpu.vr(op.r3))), carry)));
  return Step::next;
}
constexpr auto itself = [](Uint128 value) { return value; };
constexpr auto complement = [](Uint128 value) { return ~value; };
constexpr auto sum_of = [](const Sum& sum) { return sum.value; };
constexpr auto carry_of = [](const Sum& sum) { return Uint128{sum.carry}; };

// Each element of type W: the elements of V2 in it and the rightmost one of V3 in it.
template <class W, class T>
VectorRegister sum_across(const Elements<T>& parts, const Elements<T>& last) {
  constexpr unsigned parts_of_one = sizeof(W) / sizeof(T);
  Elements<W> result;
  for (unsigned i = 0; i < parts.count; ++i) result[i / parts_of_one] += parts[i];
  for (unsigned i = 0; i < result.count; ++i) result[i] += last[(i + 1) * parts_of_one - 1];
  return result;
}
template <class W, ElementSize first, ElementSize last>
Step sum_across(Cpu& cpu, const Op& op) {
  return by_size<first, last>(cpu, op.mask(4), [&]<class T>() { cpu.vr(op.r1) = sum_across<W, T>(cpu.vr(op.r2), cpu.vr(op.r3)); });
}

// Rounded up at one half.
constexpr auto average = [](auto a, auto b) {
  using W = Wide<decltype(a)>;
  return (static_cast<W>(a) + b + 1) >> 1;
};

}  // namespace

Z_INSTRUCTION(vector_add) {
  return binary<byte, quadword>(cpu, op, [](auto a, auto b) { return a + b; });
}
Z_INSTRUCTION(vector_subtract) {
  return binary<byte, quadword>(cpu, op, [](auto a, auto b) { return a - b; });
}
Z_INSTRUCTION(vector_add_compute_carry) {
  return binary<byte, quadword>(cpu, op, [](auto a, auto b) { return static_cast<decltype(a)>(a + b) < a; });
}
// One means that there is no borrow.
Z_INSTRUCTION(vector_subtract_compute_borrow_indication) {
  return binary<byte, quadword>(cpu, op, [](auto a, auto b) { return a >= b; });
}
Z_INSTRUCTION(vector_add_with_carry) { return extended_add(cpu, op, itself, sum_of); }
Z_INSTRUCTION(vector_add_with_carry_compute_carry) { return extended_add(cpu, op, itself, carry_of); }
Z_INSTRUCTION(vector_subtract_with_borrow_indication) { return extended_add(cpu, op, complement, sum_of); }
Z_INSTRUCTION(vector_subtract_with_borrow_compute_borrow_indication) { return extended_add(cpu, op, complement, carry_of); }

Z_INSTRUCTION(vector_average) { return binary_signed<byte, doubleword>(cpu, op, average); }
Z_INSTRUCTION(vector_average_logical) { return binary<byte, doubleword>(cpu, op, average); }
Z_INSTRUCTION(vector_maximum) {
  return binary_signed<byte, doubleword>(cpu, op, [](auto a, auto b) { return std::max(a, b); });
}
Z_INSTRUCTION(vector_maximum_logical) {
  return binary<byte, doubleword>(cpu, op, [](auto a, auto b) { return std::max(a, b); });
}
Z_INSTRUCTION(vector_minimum) {
  return binary_signed<byte, doubleword>(cpu, op, [](auto a, auto b) { return std::min(a, b); });
}
Z_INSTRUCTION(vector_minimum_logical) {
  return binary<byte, doubleword>(cpu, op, [](auto a, auto b) { return std::min(a, b); });
}
Z_INSTRUCTION(vector_load_complement) {
  return unary<byte, doubleword>(cpu, op, [](auto a) { return -a; });
}
Z_INSTRUCTION(vector_load_positive) {
  return unary<byte, doubleword>(cpu, op, [](auto a) { return static_cast<Signed<decltype(a)>>(a) < 0 ? -a : a; });
}

Z_INSTRUCTION(vector_sum_across_word) { return sum_across<uint32_t, byte, halfword>(cpu, op); }
Z_INSTRUCTION(vector_sum_across_doubleword) { return sum_across<uint64_t, halfword, word>(cpu, op); }
Z_INSTRUCTION(vector_sum_across_quadword) { return sum_across<Uint128, word, doubleword>(cpu, op); }

// The words of V2 and the second of V3, each carry added to the right.
Z_INSTRUCTION(vector_checksum) {
  const Elements<uint32_t> words{cpu.vr(op.r2)}, start{cpu.vr(op.r3)};
  uint64_t sum = uint64_t{start[1]} + words[0] + words[1] + words[2] + words[3];
  sum = (sum >> 32) + static_cast<uint32_t>(sum);
  sum = (sum >> 32) + static_cast<uint32_t>(sum);
  cpu.vr(op.r1) = {sum, 0};
  return Step::next;
}

}  // namespace cpu
