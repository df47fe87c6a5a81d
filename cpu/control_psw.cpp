#include <utility>

#include "cpu/control.h"
#include "cpu/instruction.h"

// Control instructions on the PSW and its parts (PoP ch. 10), SUPERVISOR CALL and MONITOR CALL (PoP ch. 7).
namespace cpu {
namespace {

Step load_system_mask(Cpu& cpu, std::uint8_t mask) {
  PswImage image = cpu.psw_image();
  image.mask = (image.mask & ~(0xFFull << 56)) | static_cast<std::uint64_t>(mask) << 56;
  cpu.psw = Psw::of(image);
  cpu.psw_changed();
  return Step::refetch;
}

std::uint8_t system_mask(const Cpu& cpu) { return static_cast<std::uint8_t>(cpu.psw_image().mask >> 56); }

// PSW bits 16-17 read in the other order are the code that SAC takes and IAC gives.
constexpr unsigned space_code(AddressSpace space) {
  const auto bits = static_cast<unsigned>(space);
  return (bits & 1) << 1 | bits >> 1;
}

Step set_space(Cpu& cpu, std::uint64_t operand) {
  const unsigned code = operand >> 8 & 0xF;
  if (code > 3) return cpu.program_interruption(Pic::specification);
  const auto space = static_cast<AddressSpace>((code & 1) << 1 | code >> 1);
  if (!cpu.psw.dat || (space != AddressSpace::home && !cpu.has_cr0_bit(cr0::secondary_space)))
    return cpu.program_interruption(Pic::special_operation);
  if (space == AddressSpace::home && cpu.psw.problem_state)
    return cpu.program_interruption(Pic::privileged_operation);
  const AddressSpace before = std::exchange(cpu.psw.as, space);
  cpu.psw_changed();
  // PoP ch. 6, "Space-Switch-Event": to or from the home space, when one of the two ASCEs asks for it.
  const bool switches = (before == AddressSpace::home) != (space == AddressSpace::home);
  if (!switches) return Step::refetch;
  constexpr std::uint64_t from_home = 1ull << 31;
  const std::uint64_t identification = (cpu.cr(4) & 0xFFFF) | (before == AddressSpace::home ? from_home : 0);
  if (((cpu.cr(1) | cpu.cr(13)) & asce::space_switch_event) == 0) {
    cpu.note_space_switch(identification);
    return Step::refetch;
  }
  return cpu.raise({.code = Pic::space_switch_event, .translation_exception = identification});
}

}  // namespace

Z_INSTRUCTION(load_psw) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % 8 != 0) return cpu.program_interruption(Pic::specification);
  const auto short_psw = TRY(cpu.fetch<std::uint64_t>(address));
  constexpr std::uint64_t bit_12 = 1ull << 51;
  if ((short_psw & bit_12) == 0) return cpu.program_interruption(Pic::specification);
  cpu.set_breaking_event_address(cpu.instruction_address(op));
  return cpu.load_psw(expand_short_psw(short_psw));
}

Z_INSTRUCTION(load_psw_extended) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % 8 != 0) return cpu.program_interruption(Pic::specification);
  TRY(cpu.probe_fetch(address, 16));
  const auto mask = TRY(cpu.fetch<std::uint64_t>(address));
  const auto ia = TRY(cpu.fetch<std::uint64_t>(cpu.wrap(address + 8)));
  cpu.set_breaking_event_address(cpu.instruction_address(op));
  return cpu.load_psw({mask, ia});
}

// Unlike the others it leaves the breaking-event-address register alone, which LOAD BEAR may just have set.
Z_INSTRUCTION(load_psw_extended_long_displacement) {
  const std::uint64_t address = cpu.operand1(op);
  if (address % 8 != 0) return cpu.program_interruption(Pic::specification);
  TRY(cpu.probe_fetch(address, 16));
  const auto mask = TRY(cpu.fetch<std::uint64_t>(address));
  return cpu.load_psw({mask, TRY(cpu.fetch<std::uint64_t>(cpu.wrap(address + 8)))});
}

Z_INSTRUCTION(load_bear) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % 8 != 0) return cpu.program_interruption(Pic::specification);
  cpu.set_breaking_event_address(TRY(cpu.fetch<std::uint64_t>(address)));
  return Step::next;
}

Z_INSTRUCTION(store_bear) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (address % 8 != 0) return cpu.program_interruption(Pic::specification);
  TRY(cpu.store<std::uint64_t>(address, cpu.breaking_event_address()));
  return Step::next;
}

Z_INSTRUCTION(set_system_mask) {
  if (cpu.has_cr0_bit(cr0::ssm_suppression)) return cpu.program_interruption(Pic::special_operation);
  return load_system_mask(cpu, TRY(cpu.fetch<std::uint8_t>(cpu.operand2_rs(op))));
}

Z_INSTRUCTION(store_then_and_system_mask) {
  TRY(cpu.store<std::uint8_t>(cpu.operand1(op), system_mask(cpu)));
  return load_system_mask(cpu, system_mask(cpu) & static_cast<std::uint8_t>(op.imm));
}

Z_INSTRUCTION(store_then_or_system_mask) {
  TRY(cpu.store<std::uint8_t>(cpu.operand1(op), system_mask(cpu)));
  return load_system_mask(cpu, system_mask(cpu) | static_cast<std::uint8_t>(op.imm));
}

Z_INSTRUCTION(set_psw_key_from_address) {
  const std::uint8_t key = cpu.operand2_rs(op) >> 4 & 0xF;
  if (!may_use_key(cpu, key)) return cpu.program_interruption(Pic::privileged_operation);
  cpu.psw.key = key;
  cpu.psw_changed();
  return Step::refetch;
}

Z_INSTRUCTION(insert_psw_key) {
  if (!has_extraction_authority(cpu)) return cpu.program_interruption(Pic::privileged_operation);
  cpu.gr(2) = (cpu.gr(2) & ~0xFFull) | static_cast<std::uint64_t>(cpu.psw.key) << 4;
  return Step::next;
}

Z_INSTRUCTION(extract_psw) {
  const std::uint64_t mask = cpu.psw_image().mask;
  cpu.set_gr32(op.r1, static_cast<std::uint32_t>(mask >> 32));
  if (op.r2 != 0) cpu.set_gr32(op.r2, static_cast<std::uint32_t>(mask));
  return Step::next;
}

// SAC and SACF, which may serialize less.
Z_INSTRUCTION(set_address_space_control) { return set_space(cpu, cpu.operand2_rs(op)); }

Z_INSTRUCTION(insert_address_space_control) {
  if (!cpu.psw.dat) return cpu.program_interruption(Pic::special_operation);
  if (!has_extraction_authority(cpu)) return cpu.program_interruption(Pic::privileged_operation);
  const unsigned code = space_code(cpu.psw.as);
  cpu.gr(op.r1) = (cpu.gr(op.r1) & ~0xFF00ull) | code << 8;
  cpu.cc = static_cast<std::uint8_t>(code);
  return Step::next;
}

Z_INSTRUCTION(extract_primary_asn) {
  if (!cpu.psw.dat) return cpu.program_interruption(Pic::special_operation);
  if (!has_extraction_authority(cpu)) return cpu.program_interruption(Pic::privileged_operation);
  cpu.set_gr32(op.r1, cpu.cr(4) & 0xFFFF);
  return Step::next;
}

Z_INSTRUCTION(extract_secondary_asn) {
  if (!cpu.psw.dat) return cpu.program_interruption(Pic::special_operation);
  if (!has_extraction_authority(cpu)) return cpu.program_interruption(Pic::privileged_operation);
  cpu.set_gr32(op.r1, cpu.cr(3) & 0xFFFF);
  return Step::next;
}

Z_INSTRUCTION(supervisor_call) { return cpu.supervisor_call(static_cast<std::uint8_t>(op.imm)); }

Z_INSTRUCTION(monitor_call) {
  const auto monitor_class = static_cast<std::uint8_t>(op.imm);
  if (monitor_class > 15) return cpu.program_interruption(Pic::specification);
  if ((cpu.cr(8) >> (15 - monitor_class) & 1) == 0) return Step::next;
  return cpu.raise({.code = Pic::monitor_event, .monitor_class = monitor_class, .monitor_code = cpu.operand1(op)});
}

}  // namespace cpu
