#pragma once

#include <optional>

#include "cpu/dfp_arithmetic.h"
#include "cpu/instruction.h"

// Between DFP instructions and the FPC: rounding methods, masks, flags, data exceptions. PoP ch. 9 and ch. 20.
namespace cpu::dfp {

Rounding rounding_of_fpc(std::uint32_t fpc);
Mode mode_of_fpc(std::uint32_t fpc);

// A rounding-method field and what it suppresses. PoP ch. 20, "Rounding Methods": the methods 1-7 of the floating-point
// extension facility recognise no quantum exception.
struct Method {
  Rounding rounding;
  Events suppressed;
};
Method rounding_method(Cpu& cpu, unsigned field);
// Bit 1 of an M4 field, of the floating-point extension facility: no inexact exception.
Events suppressed_by(Cpu& cpu, unsigned m4);
// For instructions whose modifiers came with that facility: before it, all is by the FPC.
Method extended_method(Cpu& cpu, unsigned field);

// Applies the events to the FPC. None: the result is suppressed and the interruption is recorded.
struct Verdict {
  bool is_suppressed = false;
  std::uint8_t dxc = 0;
};
Verdict settle(Cpu& cpu, Events events);
Step finish(Cpu& cpu, const Verdict& verdict);

std::uint8_t condition_code(const Number& value);

// Stores the result unless it is suppressed, and raises what traps.
enum class Condition : std::uint8_t { unchanged, of_result };
template <class F>
Step deliver(Cpu& cpu, unsigned r1, Condition condition, const Outcome& outcome) {
  const Verdict verdict = settle(cpu, outcome.events);
  if (!verdict.is_suppressed) {
    write<F>(cpu, r1, outcome.value);
    if (condition == Condition::of_result) cpu.cc = condition_code(outcome.value);
  }
  return finish(cpu, verdict);
}

inline Step specification(Cpu& cpu) { return cpu.program_interruption(Pic::specification); }

}  // namespace cpu::dfp
