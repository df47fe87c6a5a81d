#pragma once

#include <immintrin.h>

#include <bit>
#include <cmath>
#include <optional>

#include "cpu/bfp_exact.h"

// An arithmetic operation as an instruction does it: by the host where its result is surely the same, else exactly.
namespace cpu::bfp {

// Condition code with the result?
enum class Condition : std::uint8_t { unchanged, of_result };

// Stores the result unless the operation is suppressed, and raises what traps.
template <class F>
Step deliver(Cpu& cpu, unsigned r1, Condition condition, const Outcome<F>& outcome) {
  const Verdict verdict = settle(cpu.fpc, outcome.events);
  if (!verdict.suppressed) {
    F::write(cpu, r1, outcome.value);
    if (condition == Condition::of_result) cpu.cc = condition_code<F>(outcome.value);
  }
  return verdict.dxc == 0 ? Step::next : cpu.program_interruption(Pic::data, verdict.dxc);
}

// Each operation twice: for the host's numbers, and exactly. `vanishes`: a zero result is exact, as its sign is.
struct Add {
  static constexpr Condition condition = Condition::of_result;
  static constexpr bool vanishes = true;
  template <class H>
  static H host(H a, H b) { return a + b; }
  template <class F>
  static Outcome<F> exact(Mode mode, Bits<F> a, Bits<F> b) { return add<F>(a, b, mode); }
};
struct Subtract {
  static constexpr Condition condition = Condition::of_result;
  static constexpr bool vanishes = true;
  template <class H>
  static H host(H a, H b) { return a - b; }
  template <class F>
  static Outcome<F> exact(Mode mode, Bits<F> a, Bits<F> b) { return subtract<F>(a, b, mode); }
};
struct Multiply {
  static constexpr Condition condition = Condition::unchanged;
  static constexpr bool vanishes = false;
  template <class H>
  static H host(H a, H b) { return a * b; }
  template <class F>
  static Outcome<F> exact(Mode mode, Bits<F> a, Bits<F> b) { return multiply<F>(a, b, mode); }
};
struct Divide {
  static constexpr Condition condition = Condition::unchanged;
  static constexpr bool vanishes = false;
  template <class H>
  static H host(H a, H b) { return a / b; }
  template <class F>
  static Outcome<F> exact(Mode mode, Bits<F> a, Bits<F> b) { return divide<F>(a, b, mode); }
};
struct SquareRoot {
  static constexpr Condition condition = Condition::unchanged;
  static constexpr bool vanishes = false;
  template <class H>
  static H host(H a) { return std::sqrt(a); }
  template <class F>
  static Outcome<F> exact(Mode mode, Bits<F> a) { return square_root<F>(a, mode); }
};
struct MultiplyAndAdd {
  static constexpr Condition condition = Condition::unchanged;
  static constexpr bool vanishes = false;
  template <class H>
  static H host(H a, H b, H c) { return std::fma(b, c, a); }
  template <class F>
  static Outcome<F> exact(Mode mode, Bits<F> a, Bits<F> b, Bits<F> c) { return multiply_and_add<F>(a, b, c, mode); }
};
struct MultiplyAndSubtract {
  static constexpr Condition condition = Condition::unchanged;
  static constexpr bool vanishes = false;
  template <class H>
  static H host(H a, H b, H c) { return std::fma(b, c, -a); }
  template <class F>
  static Outcome<F> exact(Mode mode, Bits<F> a, Bits<F> b, Bits<F> c) { return multiply_and_subtract<F>(a, b, c, mode); }
};

template <class F>
typename F::Host to_host(Bits<F> value) { return std::bit_cast<typename F::Host>(value); }

// Normal and not the least normal number: then nothing but inexactness can have been recognised.
template <class F>
constexpr bool is_plain(Bits<F> value) {
  return static_cast<unsigned>(exponent_field<F>(value) - 2) < static_cast<unsigned>(exponent_field_ones<F> - 2);
}

// The host rounds to nearest even. An inexact result changes nothing when the flag is one already and there is no trap:
// a flag once set stays for most of a program's life, so almost every operation need not ask the host for it.
constexpr bool host_suffices(std::uint32_t fpc) {
  return (fpc & (fpc::inexact_mask | fpc::inexact_flag | fpc::bfp_rounding_mode)) == fpc::inexact_flag;
}
constexpr bool host_suffices_when_watched(std::uint32_t fpc) {
  return (fpc & (fpc::inexact_mask | fpc::bfp_rounding_mode)) == 0;
}

// The operation on the host with its inexact flag; none: the result is not plain.
template <class Operation, class F, class... Operands>
std::optional<Outcome<F>> watched_by_host(Operands... operands) {
  constexpr unsigned all_masked = 0x1F80, inexact_result = 0x20;
  _mm_setcsr(all_masked);
  auto fence = [](auto value) {  // keeps the operation between the two accesses to MXCSR
    asm volatile("" : "+x"(value) : : "memory");
    return value;
  };
  const auto result = std::bit_cast<Bits<F>>(fence(Operation::host(fence(to_host<F>(operands))...)));
  if (!is_plain<F>(result)) return {};
  return Outcome<F>{result, (_mm_getcsr() & inexact_result) != 0 ? inexact : Events{0}};
}

template <class Operation, class F, class... Operands>
[[gnu::noinline]] Step perform_carefully(Cpu& cpu, unsigned r1, Operands... operands) {
  if constexpr (HasHost<F>) {
    if (host_suffices_when_watched(cpu.fpc)) {
      if (const auto outcome = watched_by_host<Operation, F>(operands...))
        return deliver<F>(cpu, r1, Operation::condition, *outcome);
    }
  }
  return deliver<F>(cpu, r1, Operation::condition, Operation::template exact<F>(mode_of_fpc(cpu.fpc), operands...));
}

template <class Operation, class F, class... Operands>
Step perform(Cpu& cpu, unsigned r1, Operands... operands) {
  if constexpr (HasHost<F>) {
    if (host_suffices(cpu.fpc)) [[likely]] {
      const auto result = std::bit_cast<Bits<F>>(Operation::host(to_host<F>(operands)...));
      if (is_plain<F>(result) || (Operation::vanishes && is_zero<F>(result))) [[likely]] {
        F::write(cpu, r1, result);
        if constexpr (Operation::condition == Condition::of_result)
          cpu.cc = is_zero<F>(result) ? 0 : is_negative<F>(result) ? 1 : 2;
        return Step::next;
      }
    }
  }
  return perform_carefully<Operation, F>(cpu, r1, operands...);
}

// PoP ch. 9, "Additional Floating-Point (AFP) Registers": extended operands are in registers n and n + 2.
constexpr bool is_pair(unsigned n) { return (n & 2) == 0; }

}  // namespace cpu::bfp
