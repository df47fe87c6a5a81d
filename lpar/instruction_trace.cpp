#include "lpar/instruction_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "cpu/isa/disassemble.h"
#include "cpu/isa/instruction_table.h"

namespace lpar {

InstructionTrace::Registers InstructionTrace::registers_of(cpu::Cpu& cpu) {
  Registers now{};
  for (unsigned n = 0; n < 16; ++n) {
    now.gr[n] = cpu.gr(n);
    now.cr[n] = cpu.cr(n);
    now.ar[n] = cpu.ar(n);
  }
  for (unsigned n = 0; n < 32; ++n) now.vr[n] = cpu.vr(n);
  now.fpc = cpu.fpc;
  now.cc = cpu.cc;
  return now;
}

std::string InstructionTrace::changes(const Registers& before, const Registers& after) {
  std::string text;
  for (unsigned n = 0; n < 16; ++n) {
    if (before.gr[n] != after.gr[n]) text += fmt::format(" r{}={:016x}", n, after.gr[n]);
    if (before.cr[n] != after.cr[n]) text += fmt::format(" c{}={:016x}", n, after.cr[n]);
    if (before.ar[n] != after.ar[n]) text += fmt::format(" a{}={:08x}", n, after.ar[n]);
  }
  for (unsigned n = 0; n < 32; ++n)
    if (before.vr[n] != after.vr[n]) text += fmt::format(" v{}={:016x}{:016x}", n, after.vr[n].high, after.vr[n].low);
  if (before.fpc != after.fpc) text += fmt::format(" fpc={:08x}", after.fpc);
  if (before.cc != after.cc) text += fmt::format(" cc={}", after.cc);
  return text;
}

void InstructionTrace::will_execute(cpu::Cpu& cpu, std::span<const std::uint8_t> text) {
  Current& current = cpus_[cpu.address()];
  current.before = registers_of(cpu);
  current.following = cpu.wrap(cpu.psw.ia + text.size());
  std::string bytes;
  for (const auto byte : text) bytes += fmt::format("{:02x}", byte);
  current.line = fmt::format("{:2} {:016x} {:12} {:40}", cpu.address(), cpu.psw.ia, bytes, cpu::disassemble_at(text, cpu.psw.ia));
}

void InstructionTrace::executed(cpu::Cpu& cpu) {
  Current& current = cpus_[cpu.address()];
  current.line += changes(current.before, registers_of(cpu));
  if (cpu.psw.ia != current.following) current.line += fmt::format(" -> {:x}", cpu.psw.ia);
  current.line.erase(current.line.find_last_not_of(' ') + 1);
  const z::Lock lock{mutex_};
  sink_(current.line);
}

InstructionProfile::InstructionProfile(unsigned cpus)
    : counts_(cpus, std::vector<std::uint64_t>(cpu::instructions().size() + 1)) {}

void InstructionProfile::will_execute(cpu::Cpu& cpu, std::span<const std::uint8_t> text) {
  const auto* const found = cpu::find_instruction(text);
  const auto all = cpu::instructions();
  ++counts_[cpu.address()][found == nullptr ? all.size() : static_cast<std::size_t>(found - all.data())];
}

std::vector<std::string> InstructionProfile::report() const {
  const auto all = cpu::instructions();
  std::vector<std::uint64_t> sums(all.size() + 1);
  for (const auto& of_cpu : counts_) std::ranges::transform(sums, of_cpu, sums.begin(), std::plus{});
  const auto total = std::reduce(sums.begin(), sums.end());
  std::vector<std::size_t> order(sums.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return sums[a] != sums[b] ? sums[a] > sums[b] : a < b; });
  std::vector<std::string> lines;
  for (const std::size_t row : order) {
    if (sums[row] == 0) break;
    const bool known = row < all.size();
    lines.push_back(fmt::format("{:14} {:6.2f}% {:8} {}", sums[row], 100.0 * static_cast<double>(sums[row]) / static_cast<double>(total),
                                known ? all[row].mnemonic : "none", known ? all[row].name : "no instruction"));
  }
  return lines;
}

}  // namespace lpar
