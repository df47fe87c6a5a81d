// Vector floating-point comparisons, tests of data class, and changes of sign. PoP ch. 24.
#include "cpu/instruction.h"
#include "cpu/vector_fp.h"

namespace cpu {

using namespace bfp;

namespace {

// Bits of the mask fields.
constexpr unsigned signal_on_quiet_nan = 4, set_condition_code = 1;

// All, some or none of the elements looked at.
std::uint8_t code_of_truths(unsigned true_ones, unsigned count) { return true_ones == count ? 0 : true_ones == 0 ? 3 : 1; }

template <class F>
Events events_of_comparison(Bits<F> a, Bits<F> b, bool any_nan) {
  const bool recognised = is_signaling<F>(a) || is_signaling<F>(b) || (any_nan && (is_nan<F>(a) || is_nan<F>(b)));
  return recognised ? invalid_operation : Events{0};
}

// V1 = holds(V2, V3), which takes the elements' orders; nothing holds for a NaN.
template <class F, class Holds>
Step compare_elements(Cpu& cpu, const Op& op, Holds holds) {
  const Data<F> a{cpu.vr(op.r2)}, b{cpu.vr(op.r3)};
  const unsigned count = count_of<F>(op.mask(5));
  unsigned true_ones = 0;
  const Step step = for_elements<F>(cpu, op, count, 1, [&](unsigned i) {
    const bool is_true = !is_nan<F>(a[i]) && !is_nan<F>(b[i]) && holds(order<F>(a[i]), order<F>(b[i]));
    true_ones += is_true;
    return Outcome<F>{truth<Bits<F>>(is_true), events_of_comparison<F>(a[i], b[i], op.mask(5) & signal_on_quiet_nan)};
  });
  if (step == Step::next && op.mask(6) & set_condition_code) cpu.cc = code_of_truths(true_ones, count);
  return step;
}
template <class Holds>
Step compare(Cpu& cpu, const Op& op, Holds holds) {
  if (op.mask(5) & ~(single_element | signal_on_quiet_nan) || op.mask(6) & ~set_condition_code) return specification_exception(cpu);
  return by_format(cpu, op.mask(4), [&]<class F>() { return compare_elements<F>(cpu, op, holds); });
}

// Element 0 of V1 and of V2: equal, low, high, unordered.
enum class Signals : bool { signaling_nan, any_nan };
Step compare_scalar(Cpu& cpu, const Op& op, Signals signals) {
  if (op.mask(4) != 0) return specification_exception(cpu);
  return by_format(cpu, op.mask(3), [&]<class F>() {
    const Bits<F> a = Data<F>{cpu.vr(op.r1)}[0], b = Data<F>{cpu.vr(op.r2)}[0];
    ElementEvents events{cpu.fpc};
    if (!events.add(0, events_of_comparison<F>(a, b, signals == Signals::any_nan)))
      return cpu.program_interruption(Pic::vector_processing, events.code());
    events.set_flags(cpu.fpc);
    const auto x = order<F>(a), y = order<F>(b);
    cpu.cc = is_nan<F>(a) || is_nan<F>(b) ? 3 : static_cast<std::uint8_t>((x < y ? 1 : 0) | (x > y ? 2 : 0));
    return Step::next;
  });
}

}  // namespace

Z_INSTRUCTION(vector_fp_compare_equal) {
  return compare(cpu, op, [](auto a, auto b) { return a == b; });
}
Z_INSTRUCTION(vector_fp_compare_high) {
  return compare(cpu, op, [](auto a, auto b) { return a > b; });
}
Z_INSTRUCTION(vector_fp_compare_high_or_equal) {
  return compare(cpu, op, [](auto a, auto b) { return a >= b; });
}
Z_INSTRUCTION(vector_fp_compare_scalar) { return compare_scalar(cpu, op, Signals::signaling_nan); }
Z_INSTRUCTION(vector_fp_compare_and_signal_scalar) { return compare_scalar(cpu, op, Signals::any_nan); }

Z_INSTRUCTION(vector_fp_test_data_class_immediate) {
  if (op.mask(5) & ~single_element) return specification_exception(cpu);
  return by_format(cpu, op.mask(4), [&]<class F>() {
    const Data<F> source{cpu.vr(op.r2)};
    const unsigned count = count_of<F>(op.mask(5));
    Data<F> result;
    unsigned true_ones = 0;
    for (unsigned i = 0; i < count; ++i) {
      const bool is_true = (class_bit<F>(source[i]) & static_cast<unsigned>(op.d1)) != 0;
      true_ones += is_true;
      result[i] = truth<Bits<F>>(is_true);
    }
    cpu.vr(op.r1) = result;
    cpu.cc = code_of_truths(true_ones, count);
    return Step::next;
  });
}

Z_INSTRUCTION(vector_fp_perform_sign_operation) {
  constexpr unsigned invert = 0, make_negative = 1, make_positive = 2;
  const unsigned operation = op.mask(5);
  if (op.mask(4) & ~single_element || operation > make_positive) return specification_exception(cpu);
  return by_format(cpu, op.mask(3), [&]<class F>() {
    const Data<F> source{cpu.vr(op.r2)};
    Data<F> result;
    for (unsigned i = 0; i < count_of<F>(op.mask(4)); ++i) {
      const Bits<F> value = source[i];
      result[i] = operation == invert ? value ^ sign_bit<F> : signed_as<F>(operation == make_negative, magnitude<F>(value));
    }
    cpu.vr(op.r1) = result;
    return Step::next;
  });
}

}  // namespace cpu
