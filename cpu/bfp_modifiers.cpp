#include "cpu/bfp_modifiers.h"

#include "cpu/configuration.h"

namespace cpu::bfp {
namespace {

bool has_floating_point_extension(Cpu& cpu) { return cpu.configuration().model() >= Model::z196; }

}  // namespace

std::optional<Rounding> rounding_method(Cpu& cpu, unsigned field) {
  switch (field) {
    case 0: return rounding_of_fpc(cpu.fpc);
    case 1: return Rounding::nearest_away;
    case 3:
      if (has_floating_point_extension(cpu)) return Rounding::prepare_for_shorter;
      return {};
    case 4: return Rounding::nearest_even;
    case 5: return Rounding::toward_zero;
    case 6: return Rounding::up;
    case 7: return Rounding::down;
    default: return {};
  }
}

std::optional<Modifiers> modifiers(Cpu& cpu, const Op& op, Formerly formerly) {
  constexpr unsigned inexact_exception_control = 4;
  const bool extended = has_floating_point_extension(cpu);
  const unsigned method = extended || formerly == Formerly::rounding_only ? op.r3 : 0;
  const auto rounding = rounding_method(cpu, method);
  if (!rounding) return {};
  Modifiers result{mode_of_fpc(cpu.fpc), 0};
  result.mode.rounding = *rounding;
  if (extended && (op.m4() & inexact_exception_control) != 0) result.suppressed = inexact | incremented;
  return result;
}

}  // namespace cpu::bfp
