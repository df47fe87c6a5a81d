// The floating-point-control register. PoP ch. 9, "Floating-Point-Control (FPC) Register", "Floating-Point-Support Instructions".
#include <bit>

#include "cpu/bfp_exceptions.h"
#include "cpu/configuration.h"
#include "cpu/instruction.h"

namespace cpu {

using std::uint32_t;
using std::uint64_t;

namespace {

// Masks, flags, data-exception code and the BFP rounding mode; decimal floating point brought its own mode, the floating-point
// extension facility the quantum exception and the third bit of the BFP mode.
uint32_t assigned_fpc(Model model) {
  if (model >= Model::z196) return 0xFCFC'FF77;
  return model >= Model::z9 ? 0xF8F8'FF73 : 0xF8F8'FF03;
}

constexpr bool is_rounding_mode(uint64_t mode) { return mode < 4 || mode == 7; }

bool is_valid(Cpu& cpu, uint32_t fpc) {
  return (fpc & ~assigned_fpc(cpu.configuration().model())) == 0 && is_rounding_mode(fpc & bfp::fpc::bfp_rounding_mode);
}

Step replace_fpc(Cpu& cpu, uint32_t image) {
  if (!is_valid(cpu, image)) return cpu.program_interruption(Pic::specification);
  cpu.fpc = image;
  return Step::next;
}

// The flags are those of both. What was flagged before and is enabled now is signaled: the leftmost alone, with the last two
// bits of the data-exception code telling that it is simulated.
Step replace_fpc_and_signal(Cpu& cpu, uint32_t image) {
  if (!is_valid(cpu, image)) return cpu.program_interruption(Pic::specification);
  constexpr uint32_t all_flags = 0x00FF'0000;
  constexpr unsigned simulated = 3;
  const uint32_t enabled = (cpu.fpc & all_flags) >> bfp::fpc::flags & image >> bfp::fpc::masks;
  cpu.fpc = image | (cpu.fpc & all_flags);
  if (enabled == 0) return Step::next;
  return cpu.program_interruption(Pic::data, static_cast<std::uint8_t>(std::bit_floor(enabled) | simulated));
}

void set_bfp_mode(Cpu& cpu, uint64_t mode) {
  cpu.fpc = (cpu.fpc & ~bfp::fpc::bfp_rounding_mode) | static_cast<uint32_t>(mode);
}

}  // namespace

Z_INSTRUCTION(extract_fpc) {
  cpu.set_gr32(op.r1, cpu.fpc);
  return Step::next;
}
Z_INSTRUCTION(set_fpc) { return replace_fpc(cpu, cpu.gr32(op.r1)); }
Z_INSTRUCTION(load_fpc) { return replace_fpc(cpu, TRY(cpu.fetch<uint32_t>(cpu.operand2_rs(op)))); }
Z_INSTRUCTION(store_fpc) {
  TRY(cpu.store<uint32_t>(cpu.operand2_rs(op), cpu.fpc));
  return Step::next;
}

Z_INSTRUCTION(set_fpc_and_signal) { return replace_fpc_and_signal(cpu, cpu.gr32(op.r1)); }
Z_INSTRUCTION(load_fpc_and_signal) { return replace_fpc_and_signal(cpu, TRY(cpu.fetch<uint32_t>(cpu.operand2_rs(op)))); }

// The second-operand address is no address: its last two bits are the mode.
Z_INSTRUCTION(set_bfp_rounding_mode) {
  set_bfp_mode(cpu, cpu.operand2_rs(op) & 3);
  return Step::next;
}
// Its last eight bits, five of them zeros.
Z_INSTRUCTION(set_bfp_rounding_mode_3_bit) {
  const uint64_t mode = cpu.operand2_rs(op) & 0xFF;
  if (!is_rounding_mode(mode)) return cpu.program_interruption(Pic::specification);
  set_bfp_mode(cpu, mode);
  return Step::next;
}

}  // namespace cpu
