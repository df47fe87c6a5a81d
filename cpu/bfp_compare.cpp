// BFP comparison. PoP ch. 19, "COMPARE", "COMPARE AND SIGNAL".
#include "cpu/bfp_operation.h"
#include "cpu/instruction.h"

namespace cpu {

using namespace bfp;

namespace {

// Which NaNs are an invalid operation.
enum class Signals : std::uint8_t { signaling_nan, any_nan };

// Condition codes: equal, first operand low, high, unordered.
template <class F>
[[gnu::noinline]] Step compare_unordered(Cpu& cpu, Signals signals, Bits<F> a, Bits<F> b) {
  const bool recognised = signals == Signals::any_nan || is_signaling<F>(a) || is_signaling<F>(b);
  const Verdict verdict = settle(cpu.fpc, recognised ? invalid_operation : Events{0});
  if (verdict.suppressed) return cpu.program_interruption(Pic::data, verdict.dxc);
  cpu.cc = 3;
  return Step::next;
}

template <class F>
Step compare(Cpu& cpu, Signals signals, Bits<F> a, Bits<F> b) {
  if (is_nan<F>(a) || is_nan<F>(b)) [[unlikely]] return compare_unordered<F>(cpu, signals, a, b);
  const auto x = order<F>(a), y = order<F>(b);
  cpu.cc = static_cast<std::uint8_t>((x < y ? 1 : 0) | (x > y ? 2 : 0));
  return Step::next;
}

template <class F>
Step compare_registers(Cpu& cpu, const Op& op, Signals signals) {
  return compare<F>(cpu, signals, F::read(cpu, op.r1), F::read(cpu, op.r2));
}
template <class F>
Step compare_storage(Cpu& cpu, const Op& op, Signals signals) {
  const auto second = TRY(cpu.fetch<Bits<F>>(cpu.operand2(op)));
  return compare<F>(cpu, signals, F::read(cpu, op.r1), second);
}
Step compare_pairs(Cpu& cpu, const Op& op, Signals signals) {
  if (!is_pair(op.r1) || !is_pair(op.r2)) return cpu.program_interruption(Pic::specification);
  return compare_registers<Extended>(cpu, op, signals);
}

}  // namespace

Z_INSTRUCTION(compare_bfp_short) { return compare_registers<Short>(cpu, op, Signals::signaling_nan); }
Z_INSTRUCTION(compare_bfp_short_storage) { return compare_storage<Short>(cpu, op, Signals::signaling_nan); }
Z_INSTRUCTION(compare_bfp_long) { return compare_registers<Long>(cpu, op, Signals::signaling_nan); }
Z_INSTRUCTION(compare_bfp_long_storage) { return compare_storage<Long>(cpu, op, Signals::signaling_nan); }
Z_INSTRUCTION(compare_bfp_extended) { return compare_pairs(cpu, op, Signals::signaling_nan); }

Z_INSTRUCTION(compare_and_signal_bfp_short) { return compare_registers<Short>(cpu, op, Signals::any_nan); }
Z_INSTRUCTION(compare_and_signal_bfp_short_storage) { return compare_storage<Short>(cpu, op, Signals::any_nan); }
Z_INSTRUCTION(compare_and_signal_bfp_long) { return compare_registers<Long>(cpu, op, Signals::any_nan); }
Z_INSTRUCTION(compare_and_signal_bfp_long_storage) { return compare_storage<Long>(cpu, op, Signals::any_nan); }
Z_INSTRUCTION(compare_and_signal_bfp_extended) { return compare_pairs(cpu, op, Signals::any_nan); }

}  // namespace cpu
