// Vector floating-point conversions: integers, formats, integral values. PoP ch. 24; those between the short format and words are
// of vector-enhancements facility 2.
#include <cstdint>

#include "cpu/bfp_conversion.h"
#include "cpu/bfp_modifiers.h"
#include "cpu/instruction.h"
#include "cpu/vector_fp.h"

namespace cpu {

using namespace bfp;
using std::int32_t;
using std::int64_t;
using std::uint32_t;
using std::uint64_t;

namespace {

// M4 has the single-element control and the IEEE-inexact-exception control, M5 is the rounding method. None: one is reserved.
struct Controls {
  Mode mode;
  Events suppressed;
};
std::optional<Controls> controls(Cpu& cpu, const Op& op) {
  constexpr unsigned suppress_inexact = 4;
  const auto rounding = rounding_method(cpu, op.mask(5));
  if (!rounding || op.mask(4) & ~(single_element | suppress_inexact)) return {};
  Mode mode = mode_of_fpc(cpu.fpc);
  mode.rounding = *rounding;
  return Controls{mode, op.mask(4) & suppress_inexact ? inexact : Events{0}};
}

// V1 = f(element of V2, mode) for formats or integers of one size.
template <class F, class Convert>
Step convert_elements(Cpu& cpu, const Op& op, Convert f) {
  const auto how = controls(cpu, op);
  if (!how) return specification_exception(cpu);
  const Data<F> source{cpu.vr(op.r2)};
  return for_elements<F>(cpu, op, count_of<F>(op.mask(4)), 1, [&](unsigned i) {
    Outcome<F> outcome = f(source[i], how->mode);
    outcome.events &= static_cast<Events>(~how->suppressed);
    return outcome;
  });
}
template <class F, class Integer>
Step from_integers(Cpu& cpu, const Op& op) {
  return convert_elements<F>(cpu, op, [](Bits<F> value, Mode mode) { return from_integer<F>(static_cast<Integer>(value), mode); });
}
template <class F, class Integer>
Step to_integers(Cpu& cpu, const Op& op) {
  return convert_elements<F>(cpu, op, [](Bits<F> value, Mode mode) {
    const auto [integer, events] = to_integer<F, Integer>(value, mode.rounding);
    return Outcome<F>{static_cast<Bits<F>>(integer), events};
  });
}

// Every second element of V2, or the first half of the register, made longer.
template <class From, class To>
Step load_lengthened(Cpu& cpu, const Op& op) {
  const Data<From> source{cpu.vr(op.r2)};
  return for_elements<To>(cpu, op, count_of<To>(op.mask(4)), 1, [&](unsigned i) { return lengthen<From, To>(source[2 * i]); });
}

// Into every second element of V1. The result that an overflow or underflow would have had when it traps is nowhere delivered.
template <class From, class To>
Step load_rounded(Cpu& cpu, const Op& op) {
  const auto how = controls(cpu, op);
  if (!how) return specification_exception(cpu);
  const Data<From> source{cpu.vr(op.r2)};
  return for_elements<To>(cpu, op, count_of<From>(op.mask(4)), 2, [&](unsigned i) {
    const auto shortened = shorten<From, To>(source[i], how->mode);
    Outcome<To> outcome = shortened.value ? *shortened.value : Outcome<To>{0, shortened.trapped.events};
    outcome.events &= static_cast<Events>(~how->suppressed);
    return outcome;
  });
}

constexpr unsigned short_format = 2, long_format = 3, extended_format = 4;

}  // namespace

Z_INSTRUCTION(vector_fp_convert_from_fixed) {
  switch (op.mask(3)) {
    case short_format: return from_integers<Short, int32_t>(cpu, op);
    case long_format: return from_integers<Long, int64_t>(cpu, op);
    default: return specification_exception(cpu);
  }
}
Z_INSTRUCTION(vector_fp_convert_from_logical) {
  switch (op.mask(3)) {
    case short_format: return from_integers<Short, uint32_t>(cpu, op);
    case long_format: return from_integers<Long, uint64_t>(cpu, op);
    default: return specification_exception(cpu);
  }
}
Z_INSTRUCTION(vector_fp_convert_to_fixed) {
  switch (op.mask(3)) {
    case short_format: return to_integers<Short, int32_t>(cpu, op);
    case long_format: return to_integers<Long, int64_t>(cpu, op);
    default: return specification_exception(cpu);
  }
}
Z_INSTRUCTION(vector_fp_convert_to_logical) {
  switch (op.mask(3)) {
    case short_format: return to_integers<Short, uint32_t>(cpu, op);
    case long_format: return to_integers<Long, uint64_t>(cpu, op);
    default: return specification_exception(cpu);
  }
}

Z_INSTRUCTION(vector_fp_load_lengthened) {
  if (op.mask(4) & ~single_element) return specification_exception(cpu);
  switch (op.mask(3)) {
    case short_format: return load_lengthened<Short, Long>(cpu, op);
    case long_format: return load_lengthened<Long, Extended>(cpu, op);
    default: return specification_exception(cpu);
  }
}
Z_INSTRUCTION(vector_fp_load_rounded) {
  switch (op.mask(3)) {
    case long_format: return load_rounded<Long, Short>(cpu, op);
    case extended_format: return load_rounded<Extended, Long>(cpu, op);
    default: return specification_exception(cpu);
  }
}
Z_INSTRUCTION(vector_fp_load_integer) {
  return by_format(cpu, op.mask(3), [&]<class F>() {
    return convert_elements<F>(cpu, op, [](Bits<F> value, Mode mode) { return to_integral<F>(value, mode.rounding); });
  });
}

}  // namespace cpu
