// RESUME PROGRAM (PoP ch. 10): the PSW and the registers of base field B2 from a save area whose layout follows the instruction.
#include "cpu/control.h"
#include "cpu/instruction.h"
#include "cpu/trace_table.h"

namespace cpu {
namespace {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;

// The parameter list: what is where in the save area.
struct ResumeParameters {
  uint16_t flags;
  uint16_t psw, access_register, general_register, general_register_high;
  static constexpr uint16_t reserved = 0xFFF8, long_psw = 4, long_register = 2, disjoint = 1;
  bool has(uint16_t flag) const { return (flags & flag) != 0; }
};

// Of the saved PSW: space, condition code, program mask, mode and address; the rest stays.
Psw resumed(const Cpu& cpu, PswImage saved) {
  const Psw given = Psw::of(saved);
  Psw psw = cpu.psw;
  psw.as = given.as;
  psw.program_mask = given.program_mask;
  psw.amode = given.amode;
  psw.ia = given.ia;
  return psw;
}

Access<ResumeParameters> parameters_of(Cpu& cpu, const Op& op) {
  std::array<std::byte, 10> text{};
  const uint64_t at = cpu.behind_text(op);
  if (!cpu.fetch_bytes_in(cpu.instruction_context(), at, std::span{text}.first(8))) return Access<ResumeParameters>::refused();
  const auto halfword = [&](std::size_t n) { return z::Be<uint16_t>::load(text.data() + n * 2); };
  ResumeParameters found{halfword(0), halfword(1), halfword(2), halfword(3), 0};
  if (found.has(ResumeParameters::disjoint)) {
    if (!cpu.fetch_bytes_in(cpu.instruction_context(), cpu.wrap(at + 8), std::span{text}.subspan(8, 2)))
      return Access<ResumeParameters>::refused();
    found.general_register_high = halfword(4);
  }
  return found;
}

Access<uint64_t> resumed_register(Cpu& cpu, const ResumeParameters& parameters, uint64_t area, uint64_t before) {
  const uint64_t at = cpu.wrap(area + parameters.general_register);
  if (!parameters.has(ResumeParameters::long_register)) {
    const auto low = cpu.fetch<uint32_t>(at);
    if (!low) return Access<uint64_t>::refused();
    return (before & 0xFFFF'FFFF'0000'0000) | low.value();
  }
  if (!parameters.has(ResumeParameters::disjoint)) return cpu.fetch<uint64_t>(at);
  const auto high = cpu.fetch<uint32_t>(cpu.wrap(area + parameters.general_register_high)), low = cpu.fetch<uint32_t>(at);
  if (!high || !low) return Access<uint64_t>::refused();
  return static_cast<uint64_t>(high.value()) << 32 | low.value();
}

Access<PswImage> saved_psw(Cpu& cpu, const ResumeParameters& parameters, uint64_t area) {
  const uint64_t at = cpu.wrap(area + parameters.psw);
  const auto mask = cpu.fetch<uint64_t>(at);
  if (!mask) return Access<PswImage>::refused();
  if (!parameters.has(ResumeParameters::long_psw)) return expand_short_psw(mask.value());
  const auto address = cpu.fetch<uint64_t>(cpu.wrap(at + 8));
  if (!address) return Access<PswImage>::refused();
  return PswImage{mask.value(), address.value()};
}

bool is_odd_or_too_big(const Psw& psw) {
  return psw.amode == AddressingMode::invalid || (psw.ia & 1) != 0 || (psw.ia & ~address_mask(psw.amode)) != 0;
}

}  // namespace

Z_INSTRUCTION(resume_program) {
  constexpr unsigned no_register = 16;
  const auto parameters = TRY(parameters_of(cpu, op));
  if (parameters.has(ResumeParameters::reserved)) return cpu.program_interruption(Pic::specification);
  const uint64_t area = cpu.operand2_rs(op);
  const auto image = TRY(saved_psw(cpu, parameters, area));
  const auto access = TRY(cpu.fetch<uint32_t>(cpu.wrap(area + parameters.access_register)));
  const unsigned base = op.b2 == no_register ? 0 : op.b2;
  const auto general = TRY(resumed_register(cpu, parameters, area, cpu.gr(base)));
  const Psw psw = resumed(cpu, image);
  if (is_odd_or_too_big(psw)) return cpu.program_interruption(Pic::specification);
  if (psw.as == AddressSpace::home && cpu.psw.problem_state) return cpu.program_interruption(Pic::privileged_operation);
  if (!cpu.psw.dat && psw.as != AddressSpace::primary) return cpu.program_interruption(Pic::special_operation);
  TRY(trace_branch_and_mode_to(cpu, psw.amode, psw.ia, cpu.next_instruction_address(op)));
  cpu.gr(base) = general;
  cpu.ar(base) = access;
  const AddressSpace before = cpu.psw.as;
  cpu.branch_to_psw(op, psw.image(Psw::condition_code(image)));
  const bool switches = (before == AddressSpace::home) != (psw.as == AddressSpace::home);
  if (!switches) return Step::refetch;
  constexpr uint64_t from_home = 1ull << 31;
  const uint64_t identification = (cpu.cr(4) & 0xFFFF) | (before == AddressSpace::home ? from_home : 0);
  if (((cpu.cr(1) | cpu.cr(13)) & asce::space_switch_event) == 0) {
    cpu.note_space_switch(identification);
    return Step::refetch;
  }
  return cpu.raise({.code = Pic::space_switch_event, .translation_exception = identification, .is_at_next = true});
}

}  // namespace cpu
