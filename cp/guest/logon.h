#pragma once

#include "cp/directory/entry.h"
#include "cp/guest/vm_definition.h"
#include "cp/guest/volumes.h"
#include "cp/network/virtual_switches.h"

namespace cp {

// The virtual machine that a directory entry asks for, its minidisks found among the online volumes. A minidisk whose
// volume is missing is left out and named in `missing`, as CP logs a user on without it (HCPLNM108E).
struct LogonResult {
  VmDefinition definition;
  std::vector<std::string> missing;
};
z::Result<LogonResult> define_virtual_machine(const DirectoryEntry& entry, const Volumes& volumes, const VirtualSwitches& switches,
                                              std::uint32_t cpu_serial, cpu::Model model);

}  // namespace cp
