#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cpu/environment.h"

namespace lpar {

// What a machine answers that is neither CPU nor channel subsystem: its identity, and the instructions that firmware or a
// hypervisor gives meaning to. A bare partition and a virtual machine differ in this alone. Calls come from CPU threads.
class Firmware {
 public:
  virtual ~Firmware() = default;
  virtual unsigned configuration_level() const = 0;
  virtual std::uint64_t cpu_id(unsigned cpu_address) const = 0;
  virtual std::uint8_t system_information(unsigned function, unsigned selector1, unsigned selector2,
                                          std::span<std::byte, 4096> sysib) = 0;
  virtual cpu::Step diagnose(cpu::Cpu& cpu, const cpu::Op& op) = 0;
  virtual cpu::Step service_call(cpu::Cpu& cpu, std::uint32_t command, std::uint64_t sccb_real_address) = 0;
  virtual cpu::Step inter_user_communication(cpu::Cpu& cpu, const cpu::Op& op);  // IUCV: an operation exception
  // Every CPU is now stopped or in a disabled wait: nothing runs until an operator acts.
  virtual void machine_idle_for_good() = 0;
};

}  // namespace lpar
