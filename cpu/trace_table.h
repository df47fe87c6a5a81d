#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/be.h"
#include "cpu/cpu.h"

namespace cpu {

// What control register 12 switches on (PoP ch. 4, "Tracing").
namespace tracing {
inline constexpr std::uint64_t branches = 1ull << 63, modes = 1ull << 62, address_space_numbers = 2, explicitly = 1;
}
inline bool is_traced(const Cpu& cpu, std::uint64_t what) { return (cpu.cr(12) & what) != 0; }

// The bytes of one entry.
class TraceEntry {
 public:
  static constexpr std::size_t longest = 16 + 16 * 8;

  template <class T>
  TraceEntry& put(T value) {
    z::Be<T>::store(bytes_.data() + length_, value);
    length_ += sizeof(T);
    return *this;
  }
  std::span<const std::byte> bytes() const { return std::span{bytes_}.first(length_); }
  std::size_t length() const { return length_; }

 private:
  std::array<std::byte, longest> bytes_{};
  std::size_t length_ = 0;
};

// The entries of one instruction. They lie in the table at once, and count from commit() on, when nothing can fail any more.
class TraceTable {
 public:
  explicit TraceTable(Cpu& cpu) : cpu_(cpu), next_(cpu.cr(12) & entry_address) {}

  // Neither the entry nor `room` bytes in its place may reach the end of a page.
  Access<> add(const TraceEntry& entry, std::size_t room);
  Access<> add(const TraceEntry& entry) { return add(entry, entry.length()); }
  void commit() { cpu_.cr(12) = (cpu_.cr(12) & ~entry_address) | (next_ & entry_address); }

 private:
  static constexpr std::uint64_t entry_address = 0x3FFF'FFFF'FFFF'FFFC;
  Cpu& cpu_;
  std::uint64_t next_;
};

// PoP ch. 4, "Trace Entries".
TraceEntry trace_branch(AddressingMode mode, std::uint64_t target);
// To or from the 64-bit mode: without a branch, the address is that of the next instruction in the mode that is left.
TraceEntry trace_mode_switch(AddressingMode from, std::uint64_t next_instruction);
TraceEntry trace_mode_switching_branch(AddressingMode to, std::uint64_t target);
constexpr bool switches_mode(AddressingMode from, AddressingMode to) {
  return (from == AddressingMode::a64) != (to == AddressingMode::a64);
}

struct TracedCall {
  std::uint8_t key;
  bool has_long_number;  // 32 bits of it
  std::uint32_t number;
  AddressingMode mode;           // of the caller
  std::uint64_t return_address;  // with the problem state in bit 63
};
TraceEntry trace_program_call(const TracedCall& call);

struct TracedReturn {
  std::uint8_t key;  // of the program that returns
  std::uint16_t asn;
  AddressingMode mode_before, mode_after;
  std::uint64_t return_address;  // with the problem state in bit 63
  std::uint64_t next_instruction;
};
TraceEntry trace_program_return(const TracedReturn& returned);

enum class WithInstance : std::uint8_t { no, yes };
TraceEntry trace_program_transfer(std::uint8_t key, std::uint16_t asn, AddressingMode mode, std::uint64_t second_operand,
                                  WithInstance instance);
TraceEntry trace_set_secondary_asn(std::uint16_t asn, WithInstance instance);
TraceEntry trace_branch_in_subspace_group(std::uint32_t alet, AddressingMode mode, std::uint64_t target);

// A branch, and BRANCH AND SAVE AND SET MODE, which may switch the mode: whatever of it is traced.
Access<> trace_branch_to(Cpu& cpu, AddressingMode mode, std::uint64_t target);
Access<> trace_branch_and_mode_to(Cpu& cpu, AddressingMode mode, std::uint64_t target, std::uint64_t next_instruction);
Access<> trace_mode_to(Cpu& cpu, AddressingMode mode, std::uint64_t next_instruction);

}  // namespace cpu
