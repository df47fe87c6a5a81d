#include "gdb/registers.h"

#include <fmt/format.h>

#include <vector>

#include "base/be.h"
#include "cpu/storage.h"

namespace gdb {
namespace {

std::vector<Register> make_registers() {
  std::vector<Register> all;
  const auto add = [&](std::string name, Bank bank, unsigned index, unsigned bits, std::string_view type, std::string_view group) {
    all.push_back({std::move(name), bank, index, bits, type, group});
  };
  const auto add_all = [&](std::string_view form, Bank bank, unsigned first, unsigned last, unsigned bits, std::string_view type,
                           std::string_view group) {
    for (unsigned n = first; n <= last; ++n) add(fmt::format(fmt::runtime(form), n), bank, n, bits, type, group);
  };
  add("pswm", Bank::psw_mask, 0, 64, "uint64", "psw");
  add("pswa", Bank::psw_address, 0, 64, "uint64", "psw");
  add_all("r{}", Bank::general, 0, 15, 64, "uint64", "general");
  add_all("acr{}", Bank::access, 0, 15, 32, "uint32", "access");
  add("fpc", Bank::floating_point_control, 0, 32, "uint32", "float");
  add_all("f{}", Bank::floating_point, 0, 15, 64, "ieee_double", "float");
  add_all("v{}l", Bank::vector_right_half, 0, 15, 64, "uint64", "");
  add_all("v{}", Bank::vector, 16, 31, 128, "vec128", "");
  add_all("cr{}", Bank::control, 0, 15, 64, "uint64", "control");
  add("ckc", Bank::clock_comparator, 0, 64, "uint64", "system");
  add("cputm", Bank::cpu_timer, 0, 64, "uint64", "system");
  add("last_break", Bank::breaking_event_address, 0, 64, "code_ptr", "system");
  add("prefix", Bank::prefix, 0, 64, "data_ptr", "system");
  add("pp", Bank::program_parameter, 0, 64, "uint64", "system");
  for (const auto* name : {"pfault_token", "pfault_select", "pfault_compare"}) add(name, Bank::pfault, 0, 64, "uint64", "system");
  return all;
}

struct Value {
  std::uint64_t high, low;  // `high` only of a register of 128 bits
};

Value value_of(cpu::Cpu& cpu, const Register& which) {
  const unsigned n = which.index;
  switch (which.bank) {
    case Bank::psw_mask: return {0, cpu.psw_image().mask};
    case Bank::psw_address: return {0, cpu.psw_image().address};
    case Bank::general: return {0, cpu.gr(n)};
    case Bank::access: return {0, cpu.ar(n)};
    case Bank::floating_point_control: return {0, cpu.fpc};
    case Bank::floating_point: return {0, cpu.fpr(n)};
    case Bank::vector_right_half: return {0, cpu.vr(n).low};
    case Bank::vector: return {cpu.vr(n).high, cpu.vr(n).low};
    case Bank::control: return {0, cpu.cr(n)};
    case Bank::clock_comparator: return {0, cpu.timers().comparator().value};
    case Bank::cpu_timer: return {0, cpu.timers().cpu_timer(cpu.machine_time())};
    case Bank::breaking_event_address: return {0, cpu.breaking_event_address()};
    case Bank::prefix: return {0, cpu.prefix()};
    case Bank::program_parameter: return {0, cpu.program_parameter()};
    case Bank::pfault: return {0, 0};
  }
  return {0, 0};
}

// PoP ch. 10, "SET PREFIX": bits 33-50 of the operand; the area must exist.
bool set_prefix(cpu::Cpu& cpu, std::uint64_t value) {
  const auto prefix = static_cast<std::uint32_t>(value) & 0x7FFF'E000;
  if (!cpu.storage().contains({prefix}, 0x2000)) return false;
  cpu.set_prefix(prefix);
  return true;
}

bool set_value(cpu::Cpu& cpu, const Register& which, Value value) {
  const unsigned n = which.index;
  switch (which.bank) {
    case Bank::psw_mask: cpu.load_psw({value.low, cpu.psw_image().address}); return true;
    case Bank::psw_address: cpu.load_psw({cpu.psw_image().mask, value.low}); return true;
    case Bank::general: cpu.gr(n) = value.low; return true;
    case Bank::access: cpu.ar(n) = static_cast<std::uint32_t>(value.low); return true;
    case Bank::floating_point_control: cpu.fpc = static_cast<std::uint32_t>(value.low); return true;
    case Bank::floating_point: cpu.fpr(n) = value.low; return true;
    case Bank::vector_right_half: cpu.vr(n).low = value.low; return true;
    case Bank::vector: cpu.vr(n) = {value.high, value.low}; return true;
    case Bank::control:
      cpu.cr(n) = value.low;
      cpu.control_registers_changed();
      return true;
    case Bank::clock_comparator:
      cpu.timers().set_comparator({value.low});
      cpu.check_timers();
      return true;
    case Bank::cpu_timer:
      cpu.timers().set_cpu_timer(value.low, cpu.machine_time());
      cpu.check_timers();
      return true;
    case Bank::breaking_event_address: cpu.set_breaking_event_address(value.low); return true;
    case Bank::prefix: return set_prefix(cpu, value.low);
    case Bank::program_parameter: cpu.program_parameter() = value.low; return true;
    case Bank::pfault: return value.low == 0;
  }
  return false;
}

}  // namespace

std::span<const Register> registers() {
  static const std::vector<Register> all = make_registers();
  return all;
}

std::string read_register(cpu::Cpu& cpu, const Register& which) {
  const Value value = value_of(cpu, which);
  std::string bytes(16, '\0');
  z::be64::store(bytes.data(), value.high);
  z::be64::store(bytes.data() + 8, value.low);
  return bytes.substr(16 - which.bits / 8);
}

bool write_register(cpu::Cpu& cpu, const Register& which, std::string_view bytes) {
  if (bytes.size() != which.bits / 8) return false;
  std::string whole(16 - bytes.size(), '\0');
  whole += bytes;
  return set_value(cpu, which, {z::be64::load(whole.data()), z::be64::load(whole.data() + 8)});
}

}  // namespace gdb
