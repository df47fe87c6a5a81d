#pragma once

#include <cstdint>

#include "cp/guest/vm_definition.h"
#include "cpu/step.h"

namespace cpu {
class Cpu;
struct Op;
}  // namespace cpu

namespace cp {

// The DIAGNOSE functions of CP that need nothing but the virtual machine itself (z/VM CP Programming Services). A code that is not
// among them is a specification exception, as CP answers one it does not know. Any CPU's thread.
class Diagnose {
 public:
  // The definition outlives this.
  explicit Diagnose(const VmDefinition& definition) : definition_(definition) {}
  cpu::Step perform(cpu::Cpu& cpu, const cpu::Op& op, std::uint32_t code) const;

 private:
  cpu::Step extended_identification(cpu::Cpu& cpu, const cpu::Op& op) const;
  cpu::Step release_pages(cpu::Cpu& cpu, const cpu::Op& op) const;
  cpu::Step segments(cpu::Cpu& cpu, const cpu::Op& op) const;
  cpu::Step page_references(cpu::Cpu& cpu, const cpu::Op& op) const;
  cpu::Step storage_configuration(cpu::Cpu& cpu, const cpu::Op& op) const;

  const VmDefinition& definition_;
};

}  // namespace cp
