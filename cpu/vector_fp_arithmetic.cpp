// Vector floating-point arithmetic. PoP ch. 24; the short and the extended format are of vector-enhancements facility 1.
#include "cpu/instruction.h"
#include "cpu/vector_fp.h"

namespace cpu {

using namespace bfp;

namespace {

// V1 = V2 op V3; M4 is the format, M5 has the single-element control.
template <class Operation>
Step arithmetic(Cpu& cpu, const Op& op) {
  if (op.mask(5) & ~single_element) return specification_exception(cpu);
  return by_format(cpu, op.mask(4), [&]<class F>() {
    const Data<F> a{cpu.vr(op.r2)}, b{cpu.vr(op.r3)};
    return for_elements<F>(cpu, op, count_of<F>(op.mask(5)), 1, [&](unsigned i) { return compute<Operation, F>(cpu.fpc, a[i], b[i]); });
  });
}

// V1 = V2 * V3 op V4; M6 is the format, M5 has the single-element control. `finish` takes the rounded outcome.
template <class Operation, class Finish>
Step fused(Cpu& cpu, const Op& op, Finish finish) {
  if (op.mask(5) & ~single_element) return specification_exception(cpu);
  return by_format(cpu, op.mask(6), [&]<class F>() {
    const Data<F> a{cpu.vr(op.r2)}, b{cpu.vr(op.r3)}, c{cpu.vr(op.b1)};
    return for_elements<F>(cpu, op, count_of<F>(op.mask(5)), 1, [&](unsigned i) {
      return finish.template operator()<F>(compute<Operation, F>(cpu.fpc, c[i], a[i], b[i]));
    });
  });
}
constexpr auto as_it_is = []<class F>(Outcome<F> outcome) { return outcome; };
// A NaN keeps its sign.
constexpr auto negated = []<class F>(Outcome<F> outcome) {
  if (!is_nan<F>(outcome.value)) outcome.value ^= sign_bit<F>;
  return outcome;
};

}  // namespace

Z_INSTRUCTION(vector_fp_add) { return arithmetic<Add>(cpu, op); }
Z_INSTRUCTION(vector_fp_subtract) { return arithmetic<Subtract>(cpu, op); }
Z_INSTRUCTION(vector_fp_multiply) { return arithmetic<Multiply>(cpu, op); }
Z_INSTRUCTION(vector_fp_divide) { return arithmetic<Divide>(cpu, op); }
Z_INSTRUCTION(vector_fp_square_root) {
  if (op.mask(4) & ~single_element) return specification_exception(cpu);
  return by_format(cpu, op.mask(3), [&]<class F>() {
    const Data<F> a{cpu.vr(op.r2)};
    return for_elements<F>(cpu, op, count_of<F>(op.mask(4)), 1, [&](unsigned i) { return compute<SquareRoot, F>(cpu.fpc, a[i]); });
  });
}
Z_INSTRUCTION(vector_fp_multiply_and_add) { return fused<MultiplyAndAdd>(cpu, op, as_it_is); }
Z_INSTRUCTION(vector_fp_multiply_and_subtract) { return fused<MultiplyAndSubtract>(cpu, op, as_it_is); }
Z_INSTRUCTION(vector_fp_negative_multiply_and_add) { return fused<MultiplyAndAdd>(cpu, op, negated); }
Z_INSTRUCTION(vector_fp_negative_multiply_and_subtract) { return fused<MultiplyAndSubtract>(cpu, op, negated); }

}  // namespace cpu
