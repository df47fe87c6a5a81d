#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "cpu/cpu.h"
#include "cpu/debug.h"

namespace lpar {

// A line for each instruction that is executed: CPU, address, bytes, text, and the registers that it changed.
class InstructionTrace final : public cpu::InstructionObserver {
 public:
  using Sink = std::function<void(std::string_view line)>;  // called by one thread at a time
  InstructionTrace(unsigned cpus, Sink sink) : cpus_(cpus), sink_(std::move(sink)) {}

  void will_execute(cpu::Cpu& cpu, std::span<const std::uint8_t> text) override;
  void executed(cpu::Cpu& cpu) override;

 private:
  struct Registers {
    std::array<std::uint64_t, 16> gr, cr;
    std::array<std::uint32_t, 16> ar;
    std::array<cpu::VectorRegister, 32> vr;
    std::uint32_t fpc;
    std::uint8_t cc;
  };
  struct Current {  // of one CPU, used by its thread
    Registers before;
    std::uint64_t following;  // address of the next sequential instruction
    std::string line;
  };
  static Registers registers_of(cpu::Cpu& cpu);
  static std::string changes(const Registers& before, const Registers& after);

  std::vector<Current> cpus_;
  z::Mutex mutex_;
  Sink sink_ Z_GUARDED_BY(mutex_);
};

// How often each instruction was executed.
class InstructionProfile final : public cpu::InstructionObserver {
 public:
  explicit InstructionProfile(unsigned cpus);

  void will_execute(cpu::Cpu& cpu, std::span<const std::uint8_t> text) override;
  void executed(cpu::Cpu&) override {}

  // Lines "count share mnemonic name", the most frequent first. The CPUs stand.
  std::vector<std::string> report() const;

 private:
  std::vector<std::vector<std::uint64_t>> counts_;  // by CPU, then by row of the table; the last one is no instruction
};

}  // namespace lpar
