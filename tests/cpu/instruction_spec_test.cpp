// Runs the instruction specs of specs/*.spec and compares everything that the program can see.
#include "instruction_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <ranges>

#include "cpu/isa/disassemble.h"
#include "cpu/isa/instruction_table.h"
#include "cpu/low_core.h"
#include "machine.h"

namespace cpu {
namespace {

constexpr std::uint64_t program_at = 0x10000;

const std::vector<InstructionSpec>& specs() {
  static const std::vector<InstructionSpec> all = read_specs(ENDICOTT_SPECS);
  return all;
}

// The disassembly as a programmer writes it: "agr %r1,%r2" is AGR 1,2.
std::string assembler_text(const std::vector<std::uint8_t>& text) {
  std::array<std::uint8_t, 6> padded{};
  std::ranges::copy(text | std::views::take(padded.size()), padded.begin());  // of a text of several, the first
  const std::string written = disassemble(padded);
  std::string result;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] == '%') ++i;  // and the letter of the kind of register
    else if (written[i] == '\t') result += ' ';
    else result += static_cast<char>(std::toupper(static_cast<unsigned char>(written[i])));
  }
  return result;
}

// PSW bits 31 and 32, PoP ch. 4.
constexpr std::uint64_t addressing_mode(std::uint64_t bits) { return bits == 64 ? 0x1'8000'0000 : bits == 31 ? 0x8000'0000 : 0; }

std::uint64_t psw_mask(const MachineFacts& facts) {
  if (facts.psw) return *facts.psw;
  return addressing_mode(facts.amode.value_or(64)) | facts.cc.value_or(0) << 44 | facts.program_mask.value_or(0) << 40;
}

// CR0 unless the spec names it: AFP registers and vectors are on.
constexpr std::uint64_t all_units = 0x6'0000;

void prepare(Machine& machine, const InstructionSpec& spec) {
  machine.put_stops();
  const auto store = [&](std::uint64_t at, const std::vector<std::uint8_t>& bytes) {
    ASSERT_EQ(machine.storage().store({at}, std::as_bytes(std::span{bytes}), 0), StorageCheck::none);
  };
  store(program_at, spec.text);
  for (const auto& [at, bytes] : spec.given.storage) store(at, bytes);
  Cpu& cpu = machine.cpu();
  for (const auto& [n, value] : spec.given.gr) cpu.gr(n) = value;
  for (const auto& [n, value] : spec.given.fpr) cpu.fpr(n) = value;
  for (const auto& [n, value] : spec.given.vr) cpu.vr(n) = value;
  for (const auto& [n, value] : spec.given.ar) cpu.ar(n) = value;
  cpu.cr(0) = all_units;
  for (const auto& [n, value] : spec.given.cr) cpu.cr(n) = value;
  cpu.fpc = static_cast<std::uint32_t>(spec.given.fpc.value_or(0));
  cpu.control_registers_changed();
  machine.configuration().load_psw(0, {psw_mask(spec.given), program_at});
}

// After an instruction that was not interrupted, the PSW itself; otherwise the program old PSW.
PswImage psw_after(Machine& machine, const InstructionSpec& spec) {
  if (!spec.expected.pic) return machine.cpu().psw_image();
  return {machine.value(low_core::program_old_psw), machine.value(low_core::program_old_psw + 8)};
}

// Floating-point registers are the left halves of the first 16.
std::array<VectorRegister, 32> vector_registers(const InstructionSpec& spec) {
  std::array<VectorRegister, 32> result{};
  for (const MachineFacts* facts : {&spec.given, &spec.expected}) {
    for (const auto& [n, value] : facts->vr) result[n] = value;
    for (const auto& [n, value] : facts->fpr) result[n].high = value;
  }
  return result;
}

void expect_registers(Cpu& cpu, const InstructionSpec& spec) {
  const auto named = [](const auto& first, const auto& second, unsigned n) {
    const auto found = first.find(n);
    if (found != first.end()) return std::uint64_t{found->second};
    const auto before = second.find(n);
    return before == second.end() ? 0 : std::uint64_t{before->second};
  };
  const auto &after = spec.expected, &before = spec.given;
  for (unsigned n = 0; n < 16; ++n) {
    EXPECT_EQ(fmt::format("r{}={:016X}", n, cpu.gr(n)), fmt::format("r{}={:016X}", n, named(after.gr, before.gr, n)));
    EXPECT_EQ(fmt::format("a{}={:08X}", n, cpu.ar(n)), fmt::format("a{}={:08X}", n, named(after.ar, before.ar, n)));
  }
  const auto vectors = vector_registers(spec);
  for (unsigned n = 0; n < 32; ++n)
    EXPECT_EQ(fmt::format("v{}={:016X}{:016X}", n, cpu.vr(n).high, cpu.vr(n).low),
              fmt::format("v{}={:016X}{:016X}", n, vectors[n].high, vectors[n].low));
  for (const auto& [n, value] : after.cr) EXPECT_EQ(fmt::format("c{}={:016X}", n, cpu.cr(n)), fmt::format("c{}={:016X}", n, value));
  EXPECT_EQ(fmt::format("fpc={:08X}", cpu.fpc), fmt::format("fpc={:08X}", after.fpc.value_or(before.fpc.value_or(0))));
}

void expect_storage(const Machine& machine, const InstructionSpec& spec) {
  auto expected = spec.given.storage;
  for (const auto& [at, bytes] : spec.expected.storage) expected[at] = bytes;
  for (const auto& [at, bytes] : expected) {
    std::vector<std::uint8_t> found;
    for (std::size_t i = 0; i < bytes.size(); ++i) found.push_back(machine.value<std::uint8_t>(at + i));
    EXPECT_EQ(fmt::format("mem[{:X}]={:02X}", at, fmt::join(found, "")), fmt::format("mem[{:X}]={:02X}", at, fmt::join(bytes, "")));
  }
}

void expect_psw(Machine& machine, const InstructionSpec& spec) {
  const auto &after = spec.expected, &before = spec.given;
  const PswImage psw = psw_after(machine, spec);
  const bool nullified = after.pic && nullifies(static_cast<Pic>(*after.pic));
  EXPECT_EQ(psw.address, after.ia.value_or(program_at + (nullified ? 0 : spec.text.size()))) << "instruction address";
  if (before.psw) {
    EXPECT_EQ(fmt::format("psw={:016X}", psw.mask), fmt::format("psw={:016X}", after.psw.value_or(*before.psw)));
    return;
  }
  EXPECT_EQ(Psw::condition_code(psw), after.cc.value_or(before.cc.value_or(0))) << "condition code";
  EXPECT_EQ(psw.mask >> 40 & 0xF, after.program_mask.value_or(before.program_mask.value_or(0))) << "program mask";
  EXPECT_EQ(psw.mask & addressing_mode(64), addressing_mode(after.amode.value_or(before.amode.value_or(64)))) << "addressing mode";
}

void expect_interruption(const Machine& machine, const InstructionSpec& spec) {
  const auto code = machine.value<std::uint16_t>(low_core::program_code + 2);
  EXPECT_EQ(code, spec.expected.pic.value_or(0)) << "program-interruption code";
  if (spec.expected.ilc) {
    EXPECT_EQ(machine.value<std::uint8_t>(low_core::program_code + 1), *spec.expected.ilc) << "instruction length";
  }
}

std::string name_of(const testing::TestParamInfo<InstructionSpec>& info) {
  return fmt::format("{}_{}", info.param.file, info.param.line);
}

// An interruptible instruction is done when the instruction address moves on (PoP ch. 5, "Interruptible Instructions").
void execute(Machine& machine) {
  constexpr unsigned most_units = 100;
  for (unsigned unit = 0; unit < most_units && machine.cpu().psw.ia == program_at; ++unit) machine.step();
}

class Instructions : public testing::TestWithParam<InstructionSpec> {};

TEST_P(Instructions, DoWhatTheSpecSays) {
  const InstructionSpec& spec = GetParam();
  SCOPED_TRACE(fmt::format("{}.spec:{}: {}", spec.file, spec.line, spec.title));
  EXPECT_EQ(assembler_text(spec.text), spec.mnemonic);
  Machine machine;
  prepare(machine, spec);
  execute(machine);
  expect_interruption(machine, spec);
  expect_registers(machine.cpu(), spec);
  expect_storage(machine, spec);
  expect_psw(machine, spec);
}

INSTANTIATE_TEST_SUITE_P(Spec, Instructions, testing::ValuesIn(specs()), name_of);

}  // namespace
}  // namespace cpu
