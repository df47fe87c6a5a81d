// HFP sums and comparison. PoP ch. 18: "ADD NORMALIZED", "ADD UNNORMALIZED", "SUBTRACT NORMALIZED", "SUBTRACT UNNORMALIZED", "COMPARE".
#include "cpu/hfp_format.h"
#include "cpu/instruction.h"

namespace cpu {

using namespace hfp;

namespace {

// The fractions at the greater characteristic, with one guard digit on the right: what the other one loses beyond it is gone.
// A carry gives one digit more on the left.
template <class F>
struct IntermediateSum {
  bool negative;
  int characteristic;
  unsigned __int128 fraction;
};

template <class F>
IntermediateSum<F> add_aligned(Datum<F> a, Datum<F> b) {
  if (a.characteristic < b.characteristic) std::swap(a, b);
  const int apart = a.characteristic - b.characteristic;
  const auto greater = static_cast<unsigned __int128>(a.fraction) << 4;
  const auto other = apart > F::digits ? 0 : static_cast<unsigned __int128>(b.fraction) << 4 >> 4 * apart;
  if (a.negative == b.negative) return {a.negative, a.characteristic, greater + other};
  if (greater >= other) return {a.negative, a.characteristic, greater - other};
  return {b.negative, a.characteristic, other - greater};
}

// Of a vanished sum the characteristic stays when its loss of significance is an exception.
template <class F>
Result<F> vanished(const Cpu& cpu, int characteristic) {
  if (!cpu.psw.hfp_significance_mask()) return {{false, 0, 0}};
  return {{false, characteristic == 0 ? 128 : characteristic, 0}, Pic::hfp_significance};
}

template <class F>
Result<F> normalized_sum(Cpu& cpu, const Datum<F>& a, const Datum<F>& b) {
  const auto sum = add_aligned(a, b);
  if (sum.fraction == 0) return vanished<F>(cpu, sum.characteristic);
  return normalized_in_range<F>(cpu, {sum.negative, 4 * (sum.characteristic - excess - F::digits - 1), static_cast<Wide>(sum.fraction)});
}

// The guard digit is dropped, and a second one after a carry.
template <class F>
Result<F> unnormalized_sum(Cpu& cpu, const Datum<F>& a, const Datum<F>& b) {
  auto sum = add_aligned(a, b);
  sum.fraction >>= 4;
  if (sum.fraction == 0) return vanished<F>(cpu, sum.characteristic);
  if (sum.fraction >> 4 * F::digits != 0) {
    sum.fraction >>= 4;
    ++sum.characteristic;
  }
  return in_range<F>(cpu, {sum.negative, sum.characteristic, static_cast<typename F::Fraction>(sum.fraction)});
}

template <class F>
Datum<F> negated(Datum<F> value) {
  value.negative = !value.negative;
  return value;
}

struct AddNormalized {
  template <class F>
  static Step apply(Cpu& cpu, unsigned r1, const Datum<F>& second) {
    return deliver<F>(cpu, r1, Condition::of_result, normalized_sum<F>(cpu, F::read(cpu, r1), second));
  }
};
struct SubtractNormalized {
  template <class F>
  static Step apply(Cpu& cpu, unsigned r1, const Datum<F>& second) { return AddNormalized::apply<F>(cpu, r1, negated(second)); }
};
struct AddUnnormalized {
  template <class F>
  static Step apply(Cpu& cpu, unsigned r1, const Datum<F>& second) {
    return deliver<F>(cpu, r1, Condition::of_result, unnormalized_sum<F>(cpu, F::read(cpu, r1), second));
  }
};
struct SubtractUnnormalized {
  template <class F>
  static Step apply(Cpu& cpu, unsigned r1, const Datum<F>& second) { return AddUnnormalized::apply<F>(cpu, r1, negated(second)); }
};
// The guard digit counts.
struct Compare {
  template <class F>
  static Step apply(Cpu& cpu, unsigned r1, const Datum<F>& second) {
    const auto difference = add_aligned(F::read(cpu, r1), negated(second));
    cpu.cc = difference.fraction == 0 ? 0 : difference.negative ? 1 : 2;
    return Step::next;
  }
};

template <class Operation, class F>
Step with_register(Cpu& cpu, const Op& op) {
  return Operation::template apply<F>(cpu, op.r1, F::read(cpu, op.r2));
}
template <class Operation, class F>
Step with_storage(Cpu& cpu, const Op& op) {
  const auto second = TRY(cpu.fetch<typename F::Bits>(cpu.operand2(op)));
  return Operation::template apply<F>(cpu, op.r1, F::decode(second));
}
template <class Operation>
Step with_pair(Cpu& cpu, const Op& op) {
  if (!is_pair(op.r1) || !is_pair(op.r2)) return cpu.program_interruption(Pic::specification);
  return with_register<Operation, Extended>(cpu, op);
}

}  // namespace

Z_INSTRUCTION(add_hfp_short) { return with_register<AddNormalized, Short>(cpu, op); }
Z_INSTRUCTION(add_hfp_short_storage) { return with_storage<AddNormalized, Short>(cpu, op); }
Z_INSTRUCTION(add_hfp_long) { return with_register<AddNormalized, Long>(cpu, op); }
Z_INSTRUCTION(add_hfp_long_storage) { return with_storage<AddNormalized, Long>(cpu, op); }
Z_INSTRUCTION(add_hfp_extended) { return with_pair<AddNormalized>(cpu, op); }

Z_INSTRUCTION(subtract_hfp_short) { return with_register<SubtractNormalized, Short>(cpu, op); }
Z_INSTRUCTION(subtract_hfp_short_storage) { return with_storage<SubtractNormalized, Short>(cpu, op); }
Z_INSTRUCTION(subtract_hfp_long) { return with_register<SubtractNormalized, Long>(cpu, op); }
Z_INSTRUCTION(subtract_hfp_long_storage) { return with_storage<SubtractNormalized, Long>(cpu, op); }
Z_INSTRUCTION(subtract_hfp_extended) { return with_pair<SubtractNormalized>(cpu, op); }

Z_INSTRUCTION(add_unnormalized_hfp_short) { return with_register<AddUnnormalized, Short>(cpu, op); }
Z_INSTRUCTION(add_unnormalized_hfp_short_storage) { return with_storage<AddUnnormalized, Short>(cpu, op); }
Z_INSTRUCTION(add_unnormalized_hfp_long) { return with_register<AddUnnormalized, Long>(cpu, op); }
Z_INSTRUCTION(add_unnormalized_hfp_long_storage) { return with_storage<AddUnnormalized, Long>(cpu, op); }

Z_INSTRUCTION(subtract_unnormalized_hfp_short) { return with_register<SubtractUnnormalized, Short>(cpu, op); }
Z_INSTRUCTION(subtract_unnormalized_hfp_short_storage) { return with_storage<SubtractUnnormalized, Short>(cpu, op); }
Z_INSTRUCTION(subtract_unnormalized_hfp_long) { return with_register<SubtractUnnormalized, Long>(cpu, op); }
Z_INSTRUCTION(subtract_unnormalized_hfp_long_storage) { return with_storage<SubtractUnnormalized, Long>(cpu, op); }

Z_INSTRUCTION(compare_hfp_short) { return with_register<Compare, Short>(cpu, op); }
Z_INSTRUCTION(compare_hfp_short_storage) { return with_storage<Compare, Short>(cpu, op); }
Z_INSTRUCTION(compare_hfp_long) { return with_register<Compare, Long>(cpu, op); }
Z_INSTRUCTION(compare_hfp_long_storage) { return with_storage<Compare, Long>(cpu, op); }
Z_INSTRUCTION(compare_hfp_extended) { return with_pair<Compare>(cpu, op); }

}  // namespace cpu
