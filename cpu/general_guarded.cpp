// Guarded storage (PoP ch. 4, "Guarded-Storage Facility"; ch. 7): a load of an address that points into a guarded section
// is not done; the program's handler gets control instead.
#include "cpu/guarded_storage.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

// The event parameter list, which begins with the addressing mode (EA and BA), the cause and the kind of access.
namespace event {
constexpr uint64_t length = 48, handler = 8, instruction = 16, operand = 24, intermediate_result = 32, return_address = 40;
constexpr uint64_t caused_by_shifted_load = 1;
}

bool is_enabled(const Cpu& cpu) { return (cpu.cr(2) & 0x10) != 0; }

// Bit 1: DAT, bits 2-3: address-space control; bits 4-7, the access register, are stored in that mode only.
uint8_t access_indication(const Cpu& cpu, const Op& op) {
  if (!cpu.psw.dat) return 0;
  const unsigned access_register = cpu.psw.as == AddressSpace::access_register ? op.b2 & 0xF : 0;
  return static_cast<uint8_t>(0x40 | static_cast<unsigned>(cpu.psw.as) << 4 | access_register);
}

Step guarded_storage_event(Cpu& cpu, const Op& op, uint64_t result, uint64_t cause) {
  const uint64_t list = cpu.wrap(cpu.guarded_storage().parameter_list);
  const uint64_t at = cpu.instruction_address(op);
  TRY(cpu.probe_store(list, event::length));
  const auto handler = TRY(cpu.fetch<uint64_t>(cpu.wrap(list + event::handler)));
  const auto mode = static_cast<uint64_t>(cpu.psw.amode);
  TRY(cpu.store<uint32_t>(list, static_cast<uint32_t>(mode << 16 | cause << 8 | access_indication(cpu, op))));
  TRY(cpu.store<uint64_t>(cpu.wrap(list + event::instruction), at));
  TRY(cpu.store<uint64_t>(cpu.wrap(list + event::operand), cpu.operand2(op)));
  TRY(cpu.store<uint64_t>(cpu.wrap(list + event::intermediate_result), result));
  TRY(cpu.store<uint64_t>(cpu.wrap(list + event::return_address), at));
  return cpu.branch(handler);
}

Step load_unless_guarded(Cpu& cpu, const Op& op, uint64_t result, uint64_t cause) {
  if (is_enabled(cpu) && cpu.guarded_storage().guards(result)) return guarded_storage_event(cpu, op, result, cause);
  cpu.gr(op.r1) = result;
  return Step::next;
}

}  // namespace

Z_INSTRUCTION(load_guarded) {
  return load_unless_guarded(cpu, op, TRY(cpu.fetch<uint64_t>(cpu.operand2(op))), 0);
}

Z_INSTRUCTION(load_logical_and_shift_guarded) {
  const uint64_t pointer = TRY(cpu.fetch<uint32_t>(cpu.operand2(op)));
  const unsigned shift = is_enabled(cpu) ? cpu.guarded_storage().load_shift() : 0;
  return load_unless_guarded(cpu, op, pointer << shift, event::caused_by_shifted_load);
}

// The control block: a reserved doubleword, then designation, section mask and parameter-list address.
Z_INSTRUCTION(load_guarded_storage_controls) {
  if (!is_enabled(cpu)) return cpu.program_interruption(Pic::special_operation);
  const uint64_t block = cpu.operand2(op);
  TRY(cpu.probe_fetch(block, 32));
  const auto designation = TRY(cpu.fetch<uint64_t>(cpu.wrap(block + 8)));
  if (!GuardedStorage::is_valid(designation)) return cpu.program_interruption(Pic::specification);
  cpu.guarded_storage() = {.designation = designation,
                           .section_mask = TRY(cpu.fetch<uint64_t>(cpu.wrap(block + 16))),
                           .parameter_list = TRY(cpu.fetch<uint64_t>(cpu.wrap(block + 24)))};
  return Step::next;
}

Z_INSTRUCTION(store_guarded_storage_controls) {
  if (!is_enabled(cpu)) return cpu.program_interruption(Pic::special_operation);
  const uint64_t block = cpu.operand2(op);
  TRY(cpu.probe_store(block, 32));
  const GuardedStorage& controls = cpu.guarded_storage();
  TRY(cpu.store<uint64_t>(block, 0));
  TRY(cpu.store<uint64_t>(cpu.wrap(block + 8), controls.designation));
  TRY(cpu.store<uint64_t>(cpu.wrap(block + 16), controls.section_mask));
  TRY(cpu.store<uint64_t>(cpu.wrap(block + 24), controls.parameter_list));
  return Step::next;
}

}  // namespace cpu
