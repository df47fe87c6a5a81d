// BFP instructions that look at no more than sign, exponent and class of an operand. PoP ch. 19: "LOAD AND TEST", "LOAD COMPLEMENT",
// "LOAD NEGATIVE", "LOAD POSITIVE", "TEST DATA CLASS".
#include "cpu/bfp_operation.h"
#include "cpu/instruction.h"

namespace cpu {

using namespace bfp;

namespace {

// A signaling NaN is recognised.
template <class F>
Step load_and_test(Cpu& cpu, const Op& op) {
  const auto value = F::read(cpu, op.r2);
  if (is_signaling<F>(value)) return deliver<F>(cpu, op.r1, Condition::of_result, {value | quiet_bit<F>, invalid_operation});
  F::write(cpu, op.r1, value);
  cpu.cc = condition_code<F>(value);
  return Step::next;
}

// The sign alone changes, that of a NaN too, and nothing is recognised.
template <class F, class NewSign>
Step load_with_sign(Cpu& cpu, const Op& op, NewSign new_sign) {
  const auto value = new_sign(F::read(cpu, op.r2));
  F::write(cpu, op.r1, value);
  cpu.cc = condition_code<F>(value);
  return Step::next;
}
template <class F>
Step load_complement(Cpu& cpu, const Op& op) {
  return load_with_sign<F>(cpu, op, [](Bits<F> value) { return value ^ sign_bit<F>; });
}
template <class F>
Step load_negative(Cpu& cpu, const Op& op) {
  return load_with_sign<F>(cpu, op, [](Bits<F> value) { return value | sign_bit<F>; });
}
template <class F>
Step load_positive(Cpu& cpu, const Op& op) {
  return load_with_sign<F>(cpu, op, magnitude<F>);
}

// The second-operand address is a class mask.
template <class F>
Step test_data_class(Cpu& cpu, const Op& op) {
  cpu.cc = (cpu.operand2(op) & class_bit<F>(F::read(cpu, op.r1))) != 0 ? 1 : 0;
  return Step::next;
}

bool names_pairs(const Op& op) { return is_pair(op.r1) && is_pair(op.r2); }

}  // namespace

Z_INSTRUCTION(load_and_test_bfp_short) { return load_and_test<Short>(cpu, op); }
Z_INSTRUCTION(load_and_test_bfp_long) { return load_and_test<Long>(cpu, op); }
Z_INSTRUCTION(load_and_test_bfp_extended) {
  if (!names_pairs(op)) return cpu.program_interruption(Pic::specification);
  return load_and_test<Extended>(cpu, op);
}

Z_INSTRUCTION(load_complement_bfp_short) { return load_complement<Short>(cpu, op); }
Z_INSTRUCTION(load_complement_bfp_long) { return load_complement<Long>(cpu, op); }
Z_INSTRUCTION(load_complement_bfp_extended) {
  if (!names_pairs(op)) return cpu.program_interruption(Pic::specification);
  return load_complement<Extended>(cpu, op);
}

Z_INSTRUCTION(load_negative_bfp_short) { return load_negative<Short>(cpu, op); }
Z_INSTRUCTION(load_negative_bfp_long) { return load_negative<Long>(cpu, op); }
Z_INSTRUCTION(load_negative_bfp_extended) {
  if (!names_pairs(op)) return cpu.program_interruption(Pic::specification);
  return load_negative<Extended>(cpu, op);
}

Z_INSTRUCTION(load_positive_bfp_short) { return load_positive<Short>(cpu, op); }
Z_INSTRUCTION(load_positive_bfp_long) { return load_positive<Long>(cpu, op); }
Z_INSTRUCTION(load_positive_bfp_extended) {
  if (!names_pairs(op)) return cpu.program_interruption(Pic::specification);
  return load_positive<Extended>(cpu, op);
}

Z_INSTRUCTION(test_data_class_bfp_short) { return test_data_class<Short>(cpu, op); }
Z_INSTRUCTION(test_data_class_bfp_long) { return test_data_class<Long>(cpu, op); }
Z_INSTRUCTION(test_data_class_bfp_extended) {
  if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  return test_data_class<Extended>(cpu, op);
}

}  // namespace cpu
