#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cpu/cpu.h"

namespace gdb {

enum class Bank : std::uint8_t {
  psw_mask, psw_address, general, access, floating_point_control, floating_point, vector_right_half, vector, control,
  clock_comparator, cpu_timer, breaking_event_address, prefix, program_parameter,
  pfault,  // of a handshake with a hypervisor that is never offered: always zero
};

struct Register {
  std::string name;
  Bank bank;
  unsigned index;
  unsigned bits;
  std::string_view type;   // of GDB's target descriptions
  std::string_view group;  // empty: GDB sorts it in by its type
};

// In the order of their numbers in the protocol, which is that of the target description.
std::span<const Register> registers();

// Bytes as in storage. A CPU that stands still.
std::string read_register(cpu::Cpu& cpu, const Register& which);
bool write_register(cpu::Cpu& cpu, const Register& which, std::string_view bytes);

// The target description and the files it includes, by the names QEMU gives them.
std::optional<std::string> description(std::string_view annex);

}  // namespace gdb
