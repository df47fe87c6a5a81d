// BRANCH AND SET AUTHORITY and BRANCH IN SUBSPACE GROUP (PoP ch. 10): a program lends out a part of what it may do, or of its space.
#include "cpu/asn.h"
#include "cpu/control.h"
#include "cpu/instruction.h"
#include "cpu/trace_table.h"

namespace cpu {
namespace {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

// In the 24- and 31-bit modes bit 32 of the address tells which of the two it is.
struct Target {
  AddressingMode mode;
  uint64_t address;
};
Target target_of(const Cpu& cpu, uint64_t value) {
  if (cpu.psw.amode == AddressingMode::a64) return {AddressingMode::a64, value};
  const auto mode = (value & 0x8000'0000) != 0 ? AddressingMode::a31 : AddressingMode::a24;
  return {mode, value & address_mask(mode)};
}
uint64_t link_of(const Cpu& cpu, const Op& op) {
  const uint64_t next = cpu.next_instruction_address(op);
  return cpu.psw.amode == AddressingMode::a31 ? next | 0x8000'0000 : next;
}
void set_link(Cpu& cpu, const Op& op) {
  if (op.r1 != 0) set_address_register(cpu, op.r1, link_of(cpu, op));
}

// Word 5 of the dispatchable-unit control table: what base authority is put away while there is only reduced authority.
struct Authorized {
  uint32_t word;
  static constexpr uint32_t reduced = 8, problem_state = 1;
  bool is_reduced() const { return (word & reduced) != 0; }
  uint16_t key_mask() const { return static_cast<uint16_t>(word >> 16); }
  uint8_t key() const { return word >> 4 & 0xF; }
};

Step go_to(Cpu& cpu, const Op& op, Psw psw, Target target) {
  psw.amode = target.mode;
  psw.ia = target.address;
  return cpu.branch_to_psw(op, psw.image(cpu.cc));
}

Step reduce_authority(Cpu& cpu, const Op& op, uint64_t table) {
  const uint64_t wanted = cpu.gr(op.r1);
  const uint8_t key = wanted >> 4 & 0xF;
  if (op.r2 == 0) return cpu.program_interruption(Pic::special_operation);
  if (!may_use_key(cpu, key)) return cpu.program_interruption(Pic::privileged_operation);
  const Target target = target_of(cpu, cpu.gr(op.r2));
  const uint16_t key_mask = middle_of(cpu.cr(3));
  const uint32_t saved = static_cast<uint32_t>(key_mask) << 16 | static_cast<uint32_t>(cpu.psw.key) << 4 | Authorized::reduced |
                         (cpu.psw.problem_state ? Authorized::problem_state : 0);
  TRY(trace_branch_to(cpu, target.mode, target.address));
  TRY(store_control<uint64_t>(cpu, table + duct::return_address, link_of(cpu, op)));
  TRY(store_control<uint32_t>(cpu, table + duct::authority, saved));
  cpu.cr(3) = with_middle(cpu.cr(3), static_cast<uint16_t>(key_mask & wanted >> 16));
  cpu.control_registers_changed();
  Psw psw = cpu.psw;
  psw.key = key;
  psw.problem_state = true;
  return go_to(cpu, op, psw, target);
}

Step restore_authority(Cpu& cpu, const Op& op, uint64_t table, Authorized saved) {
  if (op.r2 != 0) return cpu.program_interruption(Pic::special_operation);
  const auto address = control_doubleword(cpu, table + duct::return_address);
  if (!address) return cpu.program_interruption(address.error());
  const Target target = target_of(cpu, *address);
  TRY(trace_branch_to(cpu, target.mode, target.address));
  TRY(store_control<uint32_t>(cpu, table + duct::authority, saved.word & ~Authorized::reduced));
  set_link(cpu, op);
  cpu.cr(3) = with_middle(cpu.cr(3), saved.key_mask());
  cpu.control_registers_changed();
  Psw psw = cpu.psw;
  psw.key = saved.key();
  psw.problem_state = (saved.word & Authorized::problem_state) != 0;
  return go_to(cpu, op, psw, target);
}

// The space that BRANCH IN SUBSPACE GROUP goes to, and what the control table says of it from then on.
struct Destination {
  uint64_t asce;
  uint32_t subspace_word;
  uint32_t sequence_number;
};

std::expected<Destination, Pic> base_space(Cpu& cpu, uint32_t base, uint32_t subspace, uint32_t sequence_number) {
  const auto aste = Aste::at(cpu, base & duct::aste_origin);
  if (!aste) return std::unexpected{aste.error()};
  return Destination{aste->asce(), subspace & ~duct::subspace_active, sequence_number};
}

std::expected<Destination, Pic> subspace_of(Cpu& cpu, const Aste& aste) {
  constexpr uint64_t group = 0x200, kept = 0xC0;  // storage-alteration-event and space-switch-event bits stay
  if ((aste.asce() & group) == 0 || aste.is_base_space()) return std::unexpected{Pic::special_operation};
  return Destination{(aste.asce() & ~kept) | (cpu.cr(1) & kept), static_cast<uint32_t>(aste.origin()) | duct::subspace_active,
                     aste.sequence_number()};
}

std::expected<Destination, Pic> last_subspace(Cpu& cpu, uint32_t subspace, uint32_t sequence_number) {
  const uint64_t origin = subspace & duct::aste_origin;
  if (origin == 0) return std::unexpected{Pic::special_operation};
  const auto aste = Aste::at(cpu, origin);
  if (!aste) return std::unexpected{aste.error()};
  if (aste->is_invalid()) return std::unexpected{Pic::aste_validity};
  if (aste->sequence_number() != sequence_number) return std::unexpected{Pic::aste_sequence};
  return Destination{(aste->asce() & ~0xC0ull) | (cpu.cr(1) & 0xC0), subspace | duct::subspace_active, sequence_number};
}

std::expected<Destination, Pic> destination(Cpu& cpu, uint32_t alet) {
  const uint64_t table = duct_origin(cpu);
  const auto base = control_word(cpu, table + duct::base_aste_origin), subspace = control_word(cpu, table + duct::subspace_aste_origin),
             number = control_word(cpu, table + duct::subspace_sequence_number);
  if (!base || !subspace || !number) return std::unexpected{Pic::addressing};
  // Only who is in the base space's group may move about in it.
  if ((*base & duct::aste_origin) != (cpu.cr(5) & duct::aste_origin)) return std::unexpected{Pic::special_operation};
  constexpr uint32_t to_base = 0, to_last_subspace = 1;
  if (alet == to_base) return base_space(cpu, *base, *subspace, *number);
  if (alet == to_last_subspace) return last_subspace(cpu, *subspace, *number);
  const auto listed = listed_space(cpu, alet);
  if (!listed) return std::unexpected{listed.error()};
  if (listed->aste.origin() == (*base & duct::aste_origin)) return base_space(cpu, *base, *subspace, *number);
  return subspace_of(cpu, listed->aste);
}

}  // namespace

Z_INSTRUCTION(branch_and_set_authority) {
  const uint64_t table = duct_origin(cpu);
  const auto word = control_word(cpu, table + duct::authority);
  if (!word) return cpu.program_interruption(word.error());
  const Authorized saved{*word};
  return saved.is_reduced() ? restore_authority(cpu, op, table, saved) : reduce_authority(cpu, op, table);
}

Z_INSTRUCTION(branch_in_subspace_group) {
  if (!cpu.psw.dat) return cpu.program_interruption(Pic::special_operation);
  const uint32_t alet = cpu.ar(op.r2);
  const Target target = target_of(cpu, cpu.gr(op.r2));
  TraceTable trace{cpu};
  if (is_traced(cpu, tracing::address_space_numbers)) TRY(trace.add(trace_branch_in_subspace_group(alet, target.mode, target.address)));
  const auto found = destination(cpu, alet);
  if (!found) return cpu.raise({.code = found.error(), .exception_access = op.r2});
  const uint64_t table = duct_origin(cpu);
  TRY(store_control<uint32_t>(cpu, table + duct::subspace_aste_origin, found->subspace_word));
  TRY(store_control<uint32_t>(cpu, table + duct::subspace_sequence_number, found->sequence_number));
  trace.commit();
  set_link(cpu, op);
  cpu.cr(1) = cpu.cr(7) = found->asce;
  cpu.cr(3) = with_instance(cpu, with_asn(cpu.cr(3), primary_asn(cpu)), instance_of(cpu.cr(4)));
  cpu.control_registers_changed();
  return go_to(cpu, op, cpu.psw, target);
}

}  // namespace cpu
