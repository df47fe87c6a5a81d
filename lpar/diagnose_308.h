#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/mutex.h"
#include "cpu/step.h"

namespace cpu {
class Cpu;
struct Op;
}  // namespace cpu

namespace lpar {

class Machine;

// DIAGNOSE X'308': a program resets the machine, loads it anew, or reads and sets what it is loaded from.
class Diagnose308 {
 public:
  // What a machine is loaded from, and with what words. Only CP has a parameter: it passes 64 characters of one at most.
  struct Source {
    z::DeviceNumber device;
    std::string load_parameter;
    std::string parameter;
  };
  // What is to be done with the machine; its CPUs cannot do it themselves.
  enum class Act : std::uint8_t { reset, load_normal, load_clear };
  // `carry_out` is called on the CPU's thread, which then stops.
  explicit Diagnose308(Machine& machine, std::function<void(Act)> carry_out)
      : machine_(machine), carry_out_(std::move(carry_out)) {}

  cpu::Step perform(cpu::Cpu& cpu, const cpu::Op& op) Z_EXCLUDES(lock_);
  // The machine was loaded from this: what a program reads, until it sets something.
  void set_loaded_from(const Source& source) Z_EXCLUDES(lock_);
  // What a load is to be from: what the program set, or what the machine was loaded from; nothing: neither.
  std::optional<Source> source() const Z_EXCLUDES(lock_);
  // For relocation: the IPL parameters.
  std::vector<std::byte> save() const Z_EXCLUDES(lock_);
  void restore(std::span<const std::byte> state) Z_EXCLUDES(lock_);

 private:
  enum class ReturnCode : std::uint16_t { ok = 0x0001, no_configuration = 0x0102, invalid_block = 0x0402 };
  ReturnCode set(z::AbsoluteAddress block) Z_EXCLUDES(lock_);
  ReturnCode store(z::AbsoluteAddress block) Z_EXCLUDES(lock_);
  cpu::Step leave(cpu::Cpu& cpu, Act act);

  Machine& machine_;
  const std::function<void(Act)> carry_out_;
  mutable z::Mutex lock_;
  std::vector<std::byte> block_ Z_GUARDED_BY(lock_);  // IPL parameters; empty: there are none
};

}  // namespace lpar
