// TRACE (PoP ch. 4, "Tracing"; ch. 10): explicit tracing into the table of control register 12.
#include <array>

#include "cpu/control.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

constexpr std::uint64_t explicit_tracing = 1, entry_address = 0x3FFF'FFFF'FFFF'FFFC;

// An entry: what it is and how many registers, a part of the TOD clock, the operand, the registers.
class TraceEntry {
 public:
  template <class T>
  void put(T value) {
    z::Be<T>::store(bytes_.data() + length_, value);
    length_ += sizeof(T);
  }
  std::span<const std::byte> bytes() const { return std::span{bytes_}.first(length_); }

 private:
  std::array<std::byte, 16 + 16 * 8> bytes_{};
  std::size_t length_ = 0;
};

// The table is in real storage, and an entry lies in one page of it.
Access<> store_entry(Cpu& cpu, const TraceEntry& entry) {
  const std::uint64_t at = cpu.cr(12) & entry_address, end = at + entry.bytes().size();
  if (at / z::page_size != (end - 1) / z::page_size) {
    cpu.program_interruption(Pic::trace_table);
    return Access<>::refused();
  }
  if (!cpu.store_bytes_in(cpu.real_context(0), at, entry.bytes())) return Access<>::refused();
  cpu.cr(12) = (cpu.cr(12) & ~entry_address) | (end & entry_address);
  return {};
}

// Bit 0 of the operand switches the one instruction off.
template <class T>
Step trace(Cpu& cpu, const Op& op) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % 4 != 0) return cpu.program_interruption(Pic::specification);
  if ((cpu.cr(12) & explicit_tracing) == 0) return Step::next;
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
  TRY(store_entry(cpu, entry));
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(trace_32) { return trace<std::uint32_t>(cpu, op); }
Z_INSTRUCTION(trace_64) { return trace<std::uint64_t>(cpu, op); }

}  // namespace cpu
