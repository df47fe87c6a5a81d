// Vector floating-point minimum and maximum. PoP ch. 24; vector-enhancements facility 1.
#include <optional>

#include "cpu/instruction.h"
#include "cpu/vector_fp.h"

namespace cpu {

using namespace bfp;

namespace {

// M6: what a program means by the greater one of two; 8 more takes the absolute values of both, but the IEEE function then
// compares absolute values and answers with the operand.
enum class Function : unsigned { ieee, java, c_macro, cpp_algorithm, c_fmax };
constexpr unsigned absolute = 8, last_function = 4;

enum class Extreme : bool { minimum, maximum };

struct Choice {
  Function function;
  bool compares_magnitudes;
  Extreme extreme;
};

// Greater for the one that is wanted more.
template <class F>
auto rank(Bits<F> value, Choice choice) {
  const auto place = order<F>(choice.compares_magnitudes ? magnitude<F>(value) : value);
  return choice.extreme == Extreme::maximum ? place : -place;
}

// (a > b) ? a : b and the like: a comparison that signals, whose answer for a NaN is no.
template <class F>
Outcome<F> by_comparison(Bits<F> otherwise, Bits<F> wanted, Choice choice) {
  if (is_nan<F>(otherwise) || is_nan<F>(wanted)) return {otherwise, invalid_operation};
  return {rank<F>(wanted, choice) > rank<F>(otherwise, choice) ? wanted : otherwise};
}

// A number is wanted more than a quiet NaN, but in Java.
template <class F>
std::optional<Outcome<F>> by_nan(Bits<F> a, Bits<F> b, Choice choice) {
  if (!is_nan<F>(a) && !is_nan<F>(b)) return {};
  if (is_signaling<F>(a)) return Outcome<F>{a | quiet_bit<F>, invalid_operation};
  if (is_signaling<F>(b)) return Outcome<F>{b | quiet_bit<F>, invalid_operation};
  const bool prefers_nan = choice.function == Function::java || (is_nan<F>(a) && is_nan<F>(b));
  return Outcome<F>{prefers_nan == is_nan<F>(a) ? a : b};
}

// Where the ranks are the same the signs decide: -0 is less than +0.
template <class F>
Outcome<F> extreme_of(Bits<F> a, Bits<F> b, Choice choice) {
  if (choice.function == Function::c_macro) return by_comparison<F>(b, a, choice);
  if (choice.function == Function::cpp_algorithm) return by_comparison<F>(a, b, choice);
  if (const auto nan = by_nan<F>(a, b, choice)) return *nan;
  const auto rank_a = rank<F>(a, choice), rank_b = rank<F>(b, choice);
  if (rank_a != rank_b) return {rank_a > rank_b ? a : b};
  return {is_negative<F>(a) == (choice.extreme == Extreme::minimum) ? a : b};
}

Step extremes(Cpu& cpu, const Op& op, Extreme extreme) {
  const unsigned function = op.mask(6) & ~absolute;
  if (op.mask(5) & ~single_element || function > last_function) return specification_exception(cpu);
  const bool is_ieee = static_cast<Function>(function) == Function::ieee, is_absolute = (op.mask(6) & absolute) != 0;
  const Choice choice{static_cast<Function>(function), is_ieee && is_absolute, extreme};
  return by_format(cpu, op.mask(4), [&]<class F>() {
    const Data<F> a{cpu.vr(op.r2)}, b{cpu.vr(op.r3)};
    const auto operand = [&](Bits<F> value) { return is_absolute && !is_ieee ? magnitude<F>(value) : value; };
    return for_elements<F>(cpu, op, count_of<F>(op.mask(5)), 1, [&](unsigned i) { return extreme_of<F>(operand(a[i]), operand(b[i]), choice); });
  });
}

}  // namespace

Z_INSTRUCTION(vector_fp_maximum) { return extremes(cpu, op, Extreme::maximum); }
Z_INSTRUCTION(vector_fp_minimum) { return extremes(cpu, op, Extreme::minimum); }

}  // namespace cpu
