// TRACE (PoP ch. 4, "Tracing"; ch. 10): explicit tracing into the table of control register 12.
#include "cpu/control.h"
#include "cpu/instruction.h"
#include "cpu/trace_table.h"

namespace cpu {
namespace {

// Bit 0 of the operand switches the one instruction off.
template <class T>
Step trace(Cpu& cpu, const Op& op) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % 4 != 0) return cpu.program_interruption(Pic::specification);
  if (!is_traced(cpu, tracing::explicitly)) return Step::next;
  const auto operand = TRY(cpu.fetch<std::uint32_t>(address));
  if (operand >> 31 != 0) return Step::next;
  const unsigned more = (op.r3 - op.r1) & 0xFu;
  const std::uint64_t tod = cpu.tod().value;
  TraceEntry entry;
  entry.put(static_cast<std::uint8_t>(0x70 | more));
  if constexpr (sizeof(T) == 8) {
    entry.put(std::uint8_t{0x80});
    entry.put(tod);
    entry.put(std::uint16_t{0});
  } else {
    entry.put(std::uint8_t{0});
    entry.put(static_cast<std::uint16_t>(tod >> 32));
    entry.put(static_cast<std::uint32_t>(tod));
  }
  entry.put(operand);
  for (unsigned i = 0; i <= more; ++i) entry.put(static_cast<T>(cpu.gr((op.r1 + i) & 0xF)));
  // Room for all registers is asked for, however few there are.
  TraceTable table{cpu};
  TRY(table.add(entry, sizeof(T) == 8 ? TraceEntry::longest : 12 + 16 * 4));
  table.commit();
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(trace_32) { return trace<std::uint32_t>(cpu, op); }
Z_INSTRUCTION(trace_64) { return trace<std::uint64_t>(cpu, op); }

}  // namespace cpu
