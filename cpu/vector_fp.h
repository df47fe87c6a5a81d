#pragma once

#include <utility>

#include "cpu/bfp_operation.h"
#include "cpu/vector_elements.h"

// Vector floating point: BFP operations for each element, their IEEE exceptions for all elements together. PoP ch. 24.
namespace cpu::bfp {

// The single-element control is bit 0 of a mask field: only element 0 is processed, the others, unpredictable, become zeros.
inline constexpr unsigned single_element = 8;

// Calls f<Format>() for a floating-point format code; other codes are reserved.
template <class F>
Step by_format(Cpu& cpu, unsigned code, F f) {
  switch (code) {
    case 2: return f.template operator()<Short>();
    case 3: return f.template operator()<Long>();
    case 4: return f.template operator()<Extended>();
    default: return specification_exception(cpu);
  }
}

template <class F>
using Data = Elements<Bits<F>>;

// PoP ch. 6, "Vector-Exception Code (VXC)": the element, and the first of the events that traps.
constexpr std::uint8_t vector_exception_code(unsigned element, Events trapping) {
  const unsigned reason = trapping & invalid_operation ? 1 : trapping & division_by_zero ? 2 : trapping & overflow ? 3 : trapping & underflow ? 4 : 5;
  return static_cast<std::uint8_t>(element << 4 | reason);
}

// What the elements of one instruction recognised. Any trap suppresses the instruction, and then no flag is set.
class ElementEvents {
 public:
  explicit ElementEvents(std::uint32_t fpc) : masks_(static_cast<Events>(fpc >> fpc::masks) & ~incremented) {}

  // False: it traps, look at no further element.
  bool add(unsigned element, Events events) {
    all_ |= events;
    if ((events & masks_) == 0) return true;
    code_ = vector_exception_code(element, events & masks_);
    return false;
  }
  std::uint8_t code() const { return code_; }  // 0: no trap
  void set_flags(std::uint32_t& fpc) const { fpc |= static_cast<std::uint32_t>(all_ & ~incremented) << fpc::flags; }

 private:
  Events masks_, all_ = 0;
  std::uint8_t code_ = 0;
};

// V1 = f(i), an Outcome, for elements 0 to count - 1. Element i of the operation is element i * stride of V1.
template <class F, class Compute>
Step for_elements(Cpu& cpu, const Op& op, unsigned count, unsigned stride, Compute f) {
  ElementEvents events{cpu.fpc};
  Data<F> result;
  for (unsigned i = 0; i < count; ++i) {
    const Outcome<F> outcome = f(i);
    if (!events.add(i, outcome.events)) return cpu.program_interruption(Pic::vector_processing, events.code());
    result[i * stride] = outcome.value;
  }
  events.set_flags(cpu.fpc);
  cpu.vr(op.r1) = result;
  return Step::next;
}
template <class F>
constexpr unsigned count_of(unsigned control) { return control & single_element ? 1 : Data<F>::count; }

// An operation on one element: by the host where its result is surely the same, else exactly.
template <class Operation, class F, class... Operands>
Outcome<F> compute(std::uint32_t fpc, Operands... operands) {
  if constexpr (HasHost<F>) {
    if (host_suffices(fpc)) {
      const auto result = std::bit_cast<Bits<F>>(Operation::host(to_host<F>(operands)...));
      if (is_plain<F>(result)) return {result};
    } else if (host_suffices_when_watched(fpc)) {
      if (const auto outcome = watched_by_host<Operation, F>(operands...)) return *outcome;
    }
  }
  return Operation::template exact<F>(mode_of_fpc(fpc), operands...);
}

}  // namespace cpu::bfp
