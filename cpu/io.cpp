#include <algorithm>
#include <array>

#include "cpu/control.h"
#include "cpu/environment.h"
#include "cpu/instruction.h"
#include "cpu/low_core.h"
#include "cpu/storage.h"

// I/O instructions (PoP ch. 14): operands here, functions in the environment.
namespace cpu {
namespace {

// Words 16-23, the extended-measurement word, are stored only in its mode, which is not offered (PoP ch. 16, "Interruption-Response
// Block"). The card loader in Linux's image keeps its channel program right behind the first 64 bytes.
std::array<std::byte, 64> stored_part(const Irb& irb) {
  std::array<std::byte, 64> stored;
  std::copy_n(irb.begin(), stored.size(), stored.begin());
  return stored;
}

Step finish(Cpu& cpu, const IoAnswer& answer) {
  if (!answer) return cpu.program_interruption(answer.error());
  cpu.cc = *answer;
  return Step::next;
}

std::uint32_t subsystem_identification(const Cpu& cpu) { return cpu.gr32(1); }

// The interruption code at its place in the prefix area, which no protection reaches (PoP ch. 14, "TEST PENDING
// INTERRUPTION").
void store_in_low_core(Cpu& cpu, const IoInterruption& code) {
  const std::array<z::be32, 3> words{code.subsystem_identification, code.parameter, code.identification};
  cpu.storage().store(cpu.absolute({low_core::io_subsystem_identification}), std::as_bytes(std::span{words}), 0);
}

bool is_word_aligned(std::uint64_t address) { return address % 4 == 0; }

}  // namespace

Z_INSTRUCTION(start_subchannel) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (!is_word_aligned(address)) return cpu.program_interruption(Pic::specification);
  Orb orb;
  TRY(cpu.fetch_bytes(address, orb));
  return finish(cpu, cpu.environment().start_subchannel(subsystem_identification(cpu), orb));
}

Z_INSTRUCTION(modify_subchannel) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (!is_word_aligned(address)) return cpu.program_interruption(Pic::specification);
  Schib schib;
  TRY(cpu.fetch_bytes(address, schib));
  return finish(cpu, cpu.environment().modify_subchannel(subsystem_identification(cpu), schib));
}

Z_INSTRUCTION(store_subchannel) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (!is_word_aligned(address)) return cpu.program_interruption(Pic::specification);
  Schib schib{};
  const IoAnswer answer = cpu.environment().store_subchannel(subsystem_identification(cpu), schib);
  if (answer && *answer == 0) TRY(cpu.store_bytes(address, schib));
  return finish(cpu, answer);
}

Z_INSTRUCTION(test_subchannel) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (!is_word_aligned(address)) return cpu.program_interruption(Pic::specification);
  Irb irb{};
  const std::uint32_t ssid = subsystem_identification(cpu);
  const IoAnswer answer = cpu.environment().test_subchannel(ssid, irb);
  if (answer && *answer < 2) {
    TRY(cpu.store_bytes(address, stored_part(irb)));
    cpu.environment().commit_test(ssid);
  }
  return finish(cpu, answer);
}

Z_INSTRUCTION(clear_subchannel) {
  return finish(cpu, cpu.environment().clear_subchannel(subsystem_identification(cpu)));
}
Z_INSTRUCTION(halt_subchannel) {
  return finish(cpu, cpu.environment().halt_subchannel(subsystem_identification(cpu)));
}
Z_INSTRUCTION(resume_subchannel) {
  return finish(cpu, cpu.environment().resume_subchannel(subsystem_identification(cpu)));
}
Z_INSTRUCTION(cancel_subchannel) {
  return finish(cpu, cpu.environment().cancel_subchannel(subsystem_identification(cpu)));
}
Z_INSTRUCTION(reset_channel_path) {
  return finish(cpu, cpu.environment().reset_channel_path(cpu.gr32(1)));
}

Z_INSTRUCTION(test_pending_interruption) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (!is_word_aligned(address)) return cpu.program_interruption(Pic::specification);
  const auto isc_mask = static_cast<std::uint8_t>(cpu.cr(6) >> 24);
  // The interruption is taken only when it can be stored.
  const bool to_low_core = address == 0;
  if (!cpu.environment().io_interruption_pending(isc_mask)) {
    cpu.cc = 0;
    return Step::next;
  }
  if (!to_low_core) TRY(cpu.probe_store_in(cpu.space_of(op.b2), address, 8));
  const auto code = cpu.environment().take_io_interruption(isc_mask);
  if (!code) {
    cpu.cc = 0;
    return Step::next;
  }
  cpu.cc = 1;
  if (to_low_core) {
    store_in_low_core(cpu, *code);
    return Step::next;
  }
  TRY(cpu.store_in<std::uint32_t>(cpu.space_of(op.b2), address, code->subsystem_identification));
  TRY(cpu.store_in<std::uint32_t>(cpu.space_of(op.b2), cpu.wrap(address + 4), code->parameter));
  return Step::next;
}

Z_INSTRUCTION(store_channel_report_word) {
  const std::uint64_t address = cpu.operand2_rs(op);
  if (!is_word_aligned(address)) return cpu.program_interruption(Pic::specification);
  TRY(cpu.probe_store(address, 4));
  const std::uint32_t word = cpu.environment().store_channel_report_word();
  TRY(cpu.store<std::uint32_t>(address, word));
  cpu.cc = word != 0 ? 0 : 1;
  return Step::next;
}

Z_INSTRUCTION(channel_subsystem_call) {
  const std::uint64_t address = cpu.wrap(cpu.gr(op.r1));
  if (address % z::page_size != 0) return cpu.program_interruption(Pic::specification);
  std::array<std::byte, z::page_size> block;
  TRY(cpu.fetch_bytes(address, block));
  TRY(cpu.probe_store(address, block.size()));
  const IoAnswer answer = cpu.environment().channel_subsystem_call(block);
  if (answer && *answer == 0) TRY(cpu.store_bytes(address, block));
  return finish(cpu, answer);
}

Z_INSTRUCTION(set_address_limit) {
  const IoAnswer answer = cpu.environment().set_address_limit(cpu.gr(1));
  return answer ? Step::next : cpu.program_interruption(answer.error());
}

Z_INSTRUCTION(set_channel_monitor) {
  const IoAnswer answer = cpu.environment().set_channel_monitor(cpu.gr(1), cpu.gr(2));
  return answer ? Step::next : cpu.program_interruption(answer.error());
}

}  // namespace cpu
