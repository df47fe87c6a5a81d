#include "cpu/dfp_instruction.h"

#include "cpu/configuration.h"

namespace cpu::dfp {
namespace {

constexpr unsigned masks_at = 24, flags_at = 16, rounding_at = 4;
constexpr std::uint32_t quantum_mask = 0x0400'0000, quantum_flag = 0x0004'0000;

bool has_floating_point_extension(Cpu& cpu) { return cpu.configuration().model() >= Model::z196; }

}  // namespace

Rounding rounding_of_fpc(std::uint32_t fpc) { return static_cast<Rounding>(fpc >> rounding_at & 7); }

Mode mode_of_fpc(std::uint32_t fpc) {
  const auto masks = static_cast<Events>(fpc >> masks_at);
  return {rounding_of_fpc(fpc), (masks & overflow) != 0, (masks & underflow) != 0};
}

Method rounding_method(Cpu& cpu, unsigned field) {
  constexpr unsigned as_in_fpc = 8;
  if (field >= as_in_fpc) return {static_cast<Rounding>(field - as_in_fpc), 0};
  const Events suppressed = field == 0 ? Events{0} : quantum;
  switch (has_floating_point_extension(cpu) ? field : 0) {
    case 1: return {Rounding::nearest_away, suppressed};
    case 3: return {Rounding::prepare_for_shorter, suppressed};
    case 4: return {Rounding::nearest_even, suppressed};
    case 5: return {Rounding::toward_zero, suppressed};
    case 6: return {Rounding::up, suppressed};
    case 7: return {Rounding::down, suppressed};
    default: return {rounding_of_fpc(cpu.fpc), suppressed};
  }
}

Method extended_method(Cpu& cpu, unsigned field) { return rounding_method(cpu, has_floating_point_extension(cpu) ? field : 0); }

Events suppressed_by(Cpu& cpu, unsigned m4) {
  constexpr unsigned inexact_control = 4;
  return has_floating_point_extension(cpu) && (m4 & inexact_control) != 0 ? inexact | incremented : Events{0};
}

// PoP ch. 9, "IEEE Exceptions": invalid operation and division by zero leave no result when they trap; the others have one,
// and the quantum exception is looked at when nothing else traps.
Verdict settle(Cpu& cpu, Events events) {
  const auto trapping = static_cast<Events>(events & cpu.fpc >> masks_at & 0xF8);
  const Events stopping = trapping & (invalid_operation | division_by_zero);
  if (stopping != 0) return {.is_suppressed = true, .dxc = static_cast<std::uint8_t>(stopping)};
  const Events range = trapping & (overflow | underflow), rounded = events & (inexact | incremented);
  if (range != 0) return {.dxc = static_cast<std::uint8_t>(range | rounded)};
  cpu.fpc |= static_cast<std::uint32_t>(events & 0xF8 & ~trapping) << flags_at;
  if ((trapping & inexact) != 0) return {.dxc = static_cast<std::uint8_t>(rounded)};
  if ((events & quantum) == 0 || !has_floating_point_extension(cpu)) return {};
  constexpr std::uint8_t quantum_exception = 0x04;
  if ((cpu.fpc & quantum_mask) != 0) return {.dxc = quantum_exception};
  cpu.fpc |= quantum_flag;
  return {};
}

Step finish(Cpu& cpu, const Verdict& verdict) {
  return verdict.dxc == 0 ? Step::next : cpu.program_interruption(Pic::data, verdict.dxc);
}

std::uint8_t condition_code(const Number& value) {
  if (value.is_nan()) return 3;
  if (value.is_zero()) return 0;
  return value.negative ? 1 : 2;
}

}  // namespace cpu::dfp
