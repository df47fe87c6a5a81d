// Conversion between BFP and binary integers. PoP ch. 19: "CONVERT FROM FIXED", "CONVERT FROM LOGICAL", "CONVERT TO FIXED", "CONVERT TO
// LOGICAL".
#include <cmath>
#include <cstdint>
#include <utility>

#include "cpu/bfp_conversion.h"
#include "cpu/bfp_modifiers.h"
#include "cpu/instruction.h"

namespace cpu {

using namespace bfp;
using std::int32_t;
using std::int64_t;
using std::uint32_t;
using std::uint64_t;

namespace {

// The host's long format holds it exactly.
template <class Integer>
constexpr bool fits_long(Integer value) {
  constexpr int64_t limit = 1ll << 53;
  if constexpr (sizeof(Integer) == 4) return true;
  else if constexpr (std::is_signed_v<Integer>) return value <= limit && value >= -limit;
  else return value <= static_cast<uint64_t>(limit);
}

template <class F, class Integer>
Step convert_from(Cpu& cpu, const Op& op) {
  if constexpr (std::is_same_v<F, Extended>) {
    if (!is_pair(op.r1)) return cpu.program_interruption(Pic::specification);
  }
  const auto value = static_cast<Integer>(cpu.gr(op.r2));
  const auto how = modifiers(cpu, op, Formerly::no_fields);
  if (!how) return cpu.program_interruption(Pic::specification);
  if constexpr (std::is_same_v<F, Long>) {
    if (fits_long(value)) {
      Long::write(cpu, op.r1, std::bit_cast<uint64_t>(static_cast<double>(value)));
      return Step::next;
    }
  }
  return deliver<F>(cpu, op.r1, Condition::unchanged, how->apply(from_integer<F>(value, how->mode)));
}

void set_general_register(Cpu& cpu, unsigned n, uint32_t value) { cpu.set_gr32(n, value); }
void set_general_register(Cpu& cpu, unsigned n, uint64_t value) { cpu.gr(n) = value; }

// What a cast in C does: truncation of a number in range, by the host.
template <class F, class Integer>
std::optional<Integer> truncated_by_host(Bits<F> value, bool inexact_matters) {
  constexpr typename F::Host limit = 0x1p63;
  const auto number = to_host<F>(value);
  if (!(std::abs(number) < limit)) return {};
  const auto integer = static_cast<int64_t>(number);
  if (!std::in_range<Integer>(integer)) return {};
  if (inexact_matters && static_cast<typename F::Host>(integer) != number) return {};
  return static_cast<Integer>(integer);
}

template <class F, class Integer>
Step convert_exactly(Cpu& cpu, const Op& op, Bits<F> value, const Modifiers& how) {
  auto [integer, events] = to_integer<F, Integer>(value, how.mode.rounding);
  events &= static_cast<Events>(~how.suppressed);
  const Verdict verdict = settle(cpu.fpc, events);
  if (!verdict.suppressed) {
    set_general_register(cpu, op.r1, static_cast<std::make_unsigned_t<Integer>>(integer));
    cpu.cc = condition_of_conversion<F>(value, events);
  }
  return verdict.dxc == 0 ? Step::next : cpu.program_interruption(Pic::data, verdict.dxc);
}

template <class F, class Integer>
Step convert_to(Cpu& cpu, const Op& op) {
  if constexpr (std::is_same_v<F, Extended>) {
    if (!is_pair(op.r2)) return cpu.program_interruption(Pic::specification);
  }
  const auto how = modifiers(cpu, op, Formerly::rounding_only);
  if (!how) return cpu.program_interruption(Pic::specification);
  const auto value = F::read(cpu, op.r2);
  if constexpr (HasHost<F>) {
    const bool inexact_matters = how->suppressed == 0 && (cpu.fpc & (fpc::inexact_mask | fpc::inexact_flag)) != fpc::inexact_flag;
    const auto integer = how->mode.rounding == Rounding::toward_zero ? truncated_by_host<F, Integer>(value, inexact_matters) : std::nullopt;
    if (integer) {
      set_general_register(cpu, op.r1, static_cast<std::make_unsigned_t<Integer>>(*integer));
      cpu.cc = condition_code<F>(value);
      return Step::next;
    }
  }
  return convert_exactly<F, Integer>(cpu, op, value, *how);
}

}  // namespace

Z_INSTRUCTION(convert_bfp_short_from_32) { return convert_from<Short, int32_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_long_from_32) { return convert_from<Long, int32_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_extended_from_32) { return convert_from<Extended, int32_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_short_from_64) { return convert_from<Short, int64_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_long_from_64) { return convert_from<Long, int64_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_extended_from_64) { return convert_from<Extended, int64_t>(cpu, op); }

Z_INSTRUCTION(convert_bfp_short_from_logical_32) { return convert_from<Short, uint32_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_long_from_logical_32) { return convert_from<Long, uint32_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_extended_from_logical_32) { return convert_from<Extended, uint32_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_short_from_logical_64) { return convert_from<Short, uint64_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_long_from_logical_64) { return convert_from<Long, uint64_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_extended_from_logical_64) { return convert_from<Extended, uint64_t>(cpu, op); }

Z_INSTRUCTION(convert_bfp_short_to_32) { return convert_to<Short, int32_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_long_to_32) { return convert_to<Long, int32_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_extended_to_32) { return convert_to<Extended, int32_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_short_to_64) { return convert_to<Short, int64_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_long_to_64) { return convert_to<Long, int64_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_extended_to_64) { return convert_to<Extended, int64_t>(cpu, op); }

Z_INSTRUCTION(convert_bfp_short_to_logical_32) { return convert_to<Short, uint32_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_long_to_logical_32) { return convert_to<Long, uint32_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_extended_to_logical_32) { return convert_to<Extended, uint32_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_short_to_logical_64) { return convert_to<Short, uint64_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_long_to_logical_64) { return convert_to<Long, uint64_t>(cpu, op); }
Z_INSTRUCTION(convert_bfp_extended_to_logical_64) { return convert_to<Extended, uint64_t>(cpu, op); }

}  // namespace cpu
