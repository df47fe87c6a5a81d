#include "cpu/bfp_exceptions.h"

namespace cpu::bfp {

// A trap sets no flag of its own; but an inexact result that traps has set the flag of the overflow or underflow that did not.
Verdict settle(std::uint32_t& fpc, Events events) {
  const auto trapping = static_cast<Events>(events & fpc >> fpc::masks);
  if (trapping & (invalid_operation | division_by_zero))
    return {.suppressed = true, .dxc = static_cast<std::uint8_t>(trapping & (invalid_operation | division_by_zero))};
  if (trapping & (overflow | underflow))
    return {.dxc = static_cast<std::uint8_t>((trapping & (overflow | underflow)) | (events & (inexact | incremented)))};
  const auto flags = static_cast<Events>(events & ~incremented);
  fpc |= static_cast<std::uint32_t>(flags & ~trapping) << fpc::flags;
  return {.dxc = static_cast<std::uint8_t>(trapping & inexact ? events & (inexact | incremented) : 0)};
}

}  // namespace cpu::bfp
