// QUERY of the member itself: time, level, processors, storage, the issuer's virtual machine.
#include "cp/command/command.h"
#include "cp/command/format.h"

namespace cp {
namespace {

Answer<Progress> query_time(Command& command) {
  Z_CHECK(command.words.end());
  command.line(fmt::format("TIME IS {}", moment(command.system.time_of_day()).substr(3)));
  if (const auto times = command.system.times(command.issuer.userid); times)
    command.line(fmt::format("CONNECT= {} VIRTCPU= {} TOTCPU= {}", duration(times->connected),
                             cpu_time(times->virtual_cpu), cpu_time(times->total_cpu)));
  return Progress::complete;
}

Answer<Progress> query_cplevel(Command& command) {
  Z_CHECK(command.words.end());
  const auto level = command.system.level();
  const auto here = command.system.time_of_day();
  const auto at = [&](z::Nanoseconds utc) {
    const TimeOfDay time{utc, here.offset, here.zone};
    return fmt::format("{} {} {}", short_date(time), clock_time(time), here.zone);
  };
  command.line(fmt::format("{}, service level {} (64-bit)", level.product, level.service_level));
  command.line(fmt::format("Generated at {}", at(level.generated)));
  command.line(fmt::format("IPL at {}", at(level.ipled)));
  return Progress::complete;
}

Answer<Progress> query_cpuid(Command& command) {
  Z_CHECK(command.words.end());
  for (const auto& cpu : Z_TRY(own_machine(command))->cpus())
    if (cpu.is_base) command.line(fmt::format("CPUID = {:012X} {:04X}", cpu.cpuid >> 16, cpu.cpuid & 0xFFFF));
  return Progress::complete;
}

Answer<Progress> query_processors(Command& command) {
  Z_CHECK(command.words.end());
  for (const auto& processor : command.system.processors())
    command.line(fmt::format("PROCESSOR {:02X} {} {}", processor.address, processor.is_master ? "MASTER" : "ALTERNATE",
                             processor.type));
  return Progress::complete;
}

Answer<Progress> query_storage(Command& command) {
  Z_CHECK(command.words.end());
  const auto storage = command.system.real_storage();
  command.line(fmt::format("STORAGE = {} CONFIGURED = {} INC = {} STANDBY = 0 RESERVED = 0", show(storage.size),
                           show(storage.size), show(storage.increment)));
  return Progress::complete;
}

std::string_view name_of(MachineMode mode) {
  switch (mode) {
    case MachineMode::esa: return "ESA";
    case MachineMode::xa: return "XA";
    case MachineMode::xc: return "XC";
    case MachineMode::z: return "Z";
  }
  return "";
}

Answer<Progress> query_set(Command& command) {
  Z_CHECK(command.words.end());
  const auto settings = Z_TRY(own_machine(command))->settings();
  const auto on = [](bool is_on) { return is_on ? "ON " : "OFF"; };
  command.line(fmt::format("MSG {} , WNG {} , EMSG ON  , ACNT {}, RUN {}", on(settings.messages), on(settings.warnings),
                           on(settings.accounting), on(settings.run)));
  command.line(fmt::format("MACHINE {}", name_of(settings.machine)));
  return Progress::complete;
}

std::string line_of(const VirtualMachine::Cpu& cpu) {
  static constexpr auto states = std::to_array<std::string_view>({"", " STOPPED", "", " WAIT", " CHECK-STOP"});
  return fmt::format("CPU {:02X}  ID  {:016X}{} {}{}", cpu.address, cpu.cpuid, cpu.is_base ? " (BASE)" : "", cpu.type,
                     states[static_cast<std::size_t>(cpu.state)]);
}

std::string line_of(const VirtualMachine::Device& device, std::string_view terminal) {
  const auto number = show(device.number);
  switch (device.kind) {
    case VirtualMachine::Device::Kind::console:
      return terminal.empty() ? fmt::format("CONS {} DISCONNECTED", number)
                              : fmt::format("CONS {} ON DEV {}", number, terminal);
    case VirtualMachine::Device::Kind::dasd:
      return fmt::format("DASD {} {} {:6} {} {:>10} CYL ON DASD  {} SUBCHANNEL = {:04X}", number, device.type,
                         device.volume, device.access == VirtualMachine::Device::Access::read_only ? "R/O" : "R/W",
                         device.cylinders, show(device.real), device.subchannel.value);
    case VirtualMachine::Device::Kind::ctca:
      return fmt::format("CTCA {} {} SUBCHANNEL = {:04X}", number,
                         device.coupled_to.empty() ? "NOT COUPLED " : "COUPLED TO " + device.coupled_to,
                         device.subchannel.value);
    case VirtualMachine::Device::Kind::other: break;
  }
  return fmt::format("{} {} SUBCHANNEL = {:04X}", device.type, number, device.subchannel.value);
}

void show_devices(Command& command, const VirtualMachine& machine, std::optional<VirtualMachine::Device::Kind> only) {
  std::string terminal;
  for (const auto& user : command.system.users())
    if (user.userid == machine.userid()) terminal = user.terminal;
  for (const auto& device : machine.devices())
    if (!only || device.kind == *only) command.line(line_of(device, terminal));
}

void show_cpus(Command& command, const VirtualMachine& machine) {
  for (const auto& cpu : machine.cpus()) command.line(line_of(cpu));
}

// QUERY VIRTUAL [ALL|CONSole|DASD|STORage|CPUs|CTCA|vdev]
Answer<Progress> query_virtual(Command& command) {
  using Kind = VirtualMachine::Device::Kind;
  auto& words = command.words;
  const auto& machine = *Z_TRY(own_machine(command));
  const auto storage = fmt::format("STORAGE = {}", show(machine.storage()));
  if (!words.more() || words.take_if("ALL")) {
    command.line(storage);
    show_cpus(command, machine);
    show_devices(command, machine, std::nullopt);
  } else if (words.take_if("CONSole")) {
    show_devices(command, machine, Kind::console);
  } else if (words.take_if("DAsd")) {
    show_devices(command, machine, Kind::dasd);
  } else if (words.take_if("CTCA")) {
    show_devices(command, machine, Kind::ctca);
  } else if (words.take_if("STORage")) {
    command.line(storage);
  } else if (words.take_if("CPUs")) {
    show_cpus(command, machine);
  } else {
    const auto number = Z_TRY(words.virtual_device());
    const auto devices = machine.devices();
    const auto device = std::ranges::find(devices, number, &VirtualMachine::Device::number);
    if (device == devices.end()) return refusal(40, show(number));
    command.line(line_of(*device, ""));
  }
  Z_CHECK(words.end());
  return Progress::complete;
}

// QUERY CONSOLE: programs look for the device number at the sixth character and for SUBCHANNEL.
Answer<Progress> query_console(Command& command) {
  Z_CHECK(command.words.end());
  const auto& machine = *Z_TRY(own_machine(command));
  show_devices(command, machine, VirtualMachine::Device::Kind::console);
  for (const auto& device : machine.devices())
    if (device.kind == VirtualMachine::Device::Kind::console)
      command.line(fmt::format("     {} SUBCHANNEL = {:04X}", show(device.number), device.subchannel.value));
  return Progress::complete;
}

// QUERY TERMinal. A virtual console is a 3215 and nothing about it can be changed.
Answer<Progress> query_terminal(Command& command) {
  Z_CHECK(command.words.end());
  Z_TRY(own_machine(command));
  command.line("LINEND # , LINEDEL OFF, CHARDEL OFF, ESCAPE OFF, TABCHAR OFF");
  command.line("LINESIZE OFF, ATTN OFF, APL OFF, TEXT OFF, MODE VM, HILIGHT OFF");
  command.line("CONMODE 3215, BREAKIN IMMED , BRKKEY NONE, SCRNSAVE OFF");
  command.line("AUTOCR OFF, MORE 000 000, HOLD OFF, TIMESTAMP OFF, SYS3270 OFF");
  return Progress::complete;
}

constexpr auto rules = std::to_array<CommandRule>({
    {"Time", "", query_time},
    {"CONSole", "G", query_console},
    {"TERMinal", "", query_terminal},
    {"CPLEVEL", "", query_cplevel},
    {"CPUID", "G", query_cpuid},
    {"PROCessors", "ABCE", query_processors},
    {"STORage", "BE", query_storage},
    {"SET", "G", query_set},
    {"Virtual", "G", query_virtual},
});

}  // namespace

std::span<const CommandRule> query_system_rules() { return rules; }

}  // namespace cp
