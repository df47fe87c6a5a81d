#include "cpu/trace_table.h"

namespace cpu {
namespace {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

// Second bytes of entries, their low digit: what is 64 bits.
constexpr uint8_t long_mode = 8, long_address = 4, left_long_mode = 2, left_long_address = 1;

bool is_long(uint64_t address) { return address >> 32 != 0; }

// A word with the address, and bit 0 one in the 31-bit mode.
uint32_t word_of(AddressingMode mode, uint64_t address) {
  const auto word = static_cast<uint32_t>(address & address_mask(mode));
  return mode == AddressingMode::a31 ? word | 0x8000'0000 : word;
}

uint8_t keyed(uint8_t key, unsigned low_digit) { return static_cast<uint8_t>(key << 4 | low_digit); }

}  // namespace

// Key-controlled protection does not apply to the table, which is in real storage.
Access<> TraceTable::add(const TraceEntry& entry, std::size_t room) {
  if (next_ / z::page_size != (next_ + room) / z::page_size) {
    cpu_.program_interruption(Pic::trace_table);
    return Access<>::refused();
  }
  if (!cpu_.store_bytes_in(cpu_.real_context(0), next_, entry.bytes())) return Access<>::refused();
  next_ += entry.length();
  return {};
}

TraceEntry trace_branch(AddressingMode mode, uint64_t target) {
  TraceEntry entry;
  if (mode == AddressingMode::a24) return entry.put(static_cast<uint32_t>(target & 0xFF'FFFF));
  if (target >> 31 == 0) return entry.put(static_cast<uint32_t>(target) | 0x8000'0000);
  return entry.put(uint32_t{0x52C0'0000}).put(target);
}

TraceEntry trace_mode_switch(AddressingMode from, uint64_t next_instruction) {
  TraceEntry entry;
  if (from != AddressingMode::a64) return entry.put(uint32_t{0x5130'0000}).put(word_of(from, next_instruction));
  if (!is_long(next_instruction)) return entry.put(uint32_t{0x5120'0000}).put(static_cast<uint32_t>(next_instruction));
  return entry.put(uint32_t{0x5260'0000}).put(next_instruction);
}

TraceEntry trace_mode_switching_branch(AddressingMode to, uint64_t target) {
  TraceEntry entry;
  if (to != AddressingMode::a64) return entry.put(uint32_t{0x51A0'0000}).put(word_of(to, target));
  if (!is_long(target)) return entry.put(uint32_t{0x51B0'0000}).put(static_cast<uint32_t>(target));
  return entry.put(uint32_t{0x52F0'0000}).put(target);
}

TraceEntry trace_program_call(const TracedCall& call) {
  TraceEntry entry;
  const bool is_64 = call.mode == AddressingMode::a64, is_long_address = is_64 && is_long(call.return_address);
  if (!call.has_long_number) {
    const uint32_t head = (is_64 ? 0x2200'0000 : 0x2100'0000) | static_cast<uint32_t>(call.key) << 20 | call.number;
    entry.put(head);
    return is_64 ? entry.put(call.return_address) : entry.put(word_of(call.mode, call.return_address));
  }
  entry.put(is_long_address ? uint8_t{0x23} : uint8_t{0x22});
  const unsigned kind = !is_64 ? 0x8 : is_long_address ? 0xF : 0xB;
  entry.put(keyed(call.key, kind)).put(uint16_t{0});
  if (is_long_address) entry.put(call.return_address);
  else entry.put(word_of(call.mode, call.return_address));
  return entry.put(call.number);
}

TraceEntry trace_program_return(const TracedReturn& returned) {
  const bool to_64 = returned.mode_after == AddressingMode::a64, from_64 = returned.mode_before == AddressingMode::a64;
  const bool to_long = to_64 && is_long(returned.return_address), from_long = from_64 && is_long(returned.next_instruction);
  TraceEntry entry;
  entry.put(static_cast<uint8_t>(0x32 + to_long + from_long));
  entry.put(keyed(returned.key, (to_64 ? long_mode : 0u) | (to_long ? long_address : 0u) | (from_64 ? left_long_mode : 0u) |
                                    (from_long ? left_long_address : 0u)));
  entry.put(returned.asn);
  if (to_long) entry.put(returned.return_address);
  else entry.put(word_of(returned.mode_after, returned.return_address));
  if (from_long) return entry.put(returned.next_instruction);
  return entry.put(word_of(returned.mode_before, returned.next_instruction));
}

TraceEntry trace_program_transfer(uint8_t key, uint16_t asn, AddressingMode mode, uint64_t second_operand, WithInstance instance) {
  const bool is_64 = mode == AddressingMode::a64, is_long_address = is_64 && is_long(second_operand);
  TraceEntry entry;
  entry.put(is_long_address ? uint8_t{0x32} : uint8_t{0x31});
  entry.put(keyed(key, (is_64 ? long_mode : 0u) | (is_long_address ? long_address : 0u) | static_cast<unsigned>(instance)));
  entry.put(asn);
  return is_long_address ? entry.put(second_operand) : entry.put(static_cast<uint32_t>(second_operand));
}

TraceEntry trace_set_secondary_asn(uint16_t asn, WithInstance instance) {
  TraceEntry entry;
  return entry.put(uint8_t{0x10}).put(static_cast<uint8_t>(instance)).put(asn);
}

// Of the ALET there are the primary-list bit and the 23 bits on the right.
TraceEntry trace_branch_in_subspace_group(uint32_t alet, AddressingMode mode, uint64_t target) {
  TraceEntry entry;
  const bool is_64 = mode == AddressingMode::a64;
  const uint32_t space = (alet >> 1 & 0x80'0000) | (alet & 0x7F'FFFF);
  entry.put((is_64 ? 0x4200'0000u : 0x4100'0000u) | space);
  return is_64 ? entry.put(target) : entry.put(word_of(mode, target));
}

Access<> trace_branch_to(Cpu& cpu, AddressingMode mode, uint64_t target) {
  if (!is_traced(cpu, tracing::branches)) return {};
  TraceTable table{cpu};
  if (!table.add(trace_branch(mode, target))) return Access<>::refused();
  table.commit();
  return {};
}

Access<> trace_mode_to(Cpu& cpu, AddressingMode mode, uint64_t next_instruction) {
  if (!is_traced(cpu, tracing::modes) || !switches_mode(cpu.psw.amode, mode)) return {};
  TraceTable table{cpu};
  if (!table.add(trace_mode_switch(cpu.psw.amode, next_instruction))) return Access<>::refused();
  table.commit();
  return {};
}

Access<> trace_branch_and_mode_to(Cpu& cpu, AddressingMode mode, uint64_t target, uint64_t next_instruction) {
  if (!is_traced(cpu, tracing::modes) || !switches_mode(cpu.psw.amode, mode)) return trace_branch_to(cpu, mode, target);
  if (!is_traced(cpu, tracing::branches)) return trace_mode_to(cpu, mode, next_instruction);
  TraceTable table{cpu};
  if (!table.add(trace_mode_switching_branch(mode, target))) return Access<>::refused();
  table.commit();
  return {};
}

}  // namespace cpu
