#include "gdb/monitor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <sstream>
#include <vector>

#include "base/be.h"
#include "channel/blocks.h"
#include "channel/debug/debugger.h"
#include "cpu/host_access.h"
#include "gdb/hex.h"

namespace gdb {
namespace {

using Words = std::vector<std::string>;

struct Command {
  std::string_view name, form, meaning;
  std::string (*run)(const MonitorContext&, const Words& operands);
};

constexpr std::string_view bad_operand = "operands are hexadecimal numbers; see monitor help\n";

std::optional<std::uint64_t> number(const Words& words, std::size_t index) {
  if (index >= words.size()) return std::nullopt;
  std::string_view digits = words[index];
  if (digits.starts_with("0x")) digits.remove_prefix(2);
  return parse_number(digits);
}

// Lines of 32 bytes: address, four doublewords, key of the frame.
std::string dump(const cpu::Storage& storage, z::AbsoluteAddress at, std::uint64_t shown_as, std::uint64_t length) {
  constexpr std::uint64_t a_line = 32;
  std::string text;
  for (std::uint64_t line = 0; line < length; line += a_line) {
    text += fmt::format("{:016x} ", shown_as + line);
    for (std::uint64_t word = line; word < line + a_line; word += 8)
      text += fmt::format(" {:016x}", cpu::host_load<std::uint64_t>(storage.host(at + word)));
    text += fmt::format("  key {:02x}\n", storage.key(z::frame_of(at + line)));
  }
  return text;
}

// Page by page, since prefixing moves pages.
template <class Translate>
std::string show_storage(const MonitorContext& context, const Words& operands, Translate absolute) {
  constexpr std::uint64_t default_length = 64, longest = 0x10000;
  const auto first = number(operands, 0);
  if (!first || (operands.size() > 1 && !number(operands, 1))) return std::string{bad_operand};
  const std::uint64_t start = *first & ~31ull;
  const std::uint64_t end = start + ((*first - start + std::min(number(operands, 1).value_or(default_length), longest) + 31) & ~31ull);
  const auto& storage = context.machine.storage();
  std::string text;
  for (std::uint64_t at = start; at < end;) {
    const std::uint64_t part = std::min(end - at, z::page_size - at % z::page_size);
    const z::AbsoluteAddress place = absolute(at);
    if (!storage.contains(place, part)) return text + fmt::format("{:016x} is beyond the end of storage\n", at);
    text += dump(storage, place, at, part);
    at += part;
  }
  return text;
}

std::string real(const MonitorContext& context, const Words& operands) {
  const cpu::Cpu& cpu = context.machine.cpus().cpu(context.cpu);
  return show_storage(context, operands, [&](std::uint64_t at) { return cpu.absolute({at}); });
}

std::string absolute(const MonitorContext& context, const Words& operands) {
  return show_storage(context, operands, [](std::uint64_t at) { return z::AbsoluteAddress{at}; });
}

std::string translate(const MonitorContext& context, const Words& operands) {
  const cpu::Cpu& cpu = context.machine.cpus().cpu(context.cpu);
  const auto address = number(operands, 0);
  if (!address) return std::string{bad_operand};
  z::RealAddress real{*address};
  if (cpu.psw.dat) {
    const auto found = cpu.translate_operand(cpu.asce_of(cpu.psw.as), *address);
    if (!found) return fmt::format("no translation: program interruption {:04x}\n", static_cast<unsigned>(found.error().code));
    real = found->real;
  }
  return fmt::format("real {:x}, absolute {:x}\n", real.value, cpu.absolute(real).value);
}

std::string key(const MonitorContext& context, const Words& operands) {
  const auto address = number(operands, 0);
  auto& storage = context.machine.storage();
  if (!address || operands.size() > 2) return std::string{bad_operand};
  if (!storage.contains({*address}, 1)) return fmt::format("{:016x} is beyond the end of storage\n", *address);
  const z::FrameIndex frame = z::frame_of({*address});
  if (operands.size() == 2) {
    constexpr std::uint64_t highest = 0xFE;
    const auto value = number(operands, 1);
    if (!value || *value > highest) return std::string{bad_operand};
    storage.set_key(frame, static_cast<std::uint8_t>(*value & highest));
  }
  const std::uint8_t found = storage.key(frame);
  return fmt::format("{:016x} key {:02x}: access {:x}{}{}{}\n", *address & ~0xFFFull, found, found >> 4, (found & 8) != 0 ? " fetch-protected" : "",
                     (found & 4) != 0 ? " referenced" : "", (found & 2) != 0 ? " changed" : "");
}

std::string subchannels(const MonitorContext& context, const Words&) {
  auto& subsystem = context.machine.subsystem();
  std::string text = "device identification type      parameter isc flags  status (SCSW)\n";
  for (const z::DeviceNumber number : subsystem.devices()) {
    const auto subchannel = subsystem.subchannel_of(number);
    if (!subchannel) continue;
    channel::Schib schib{};
    subsystem.store(subchannel->word(), schib);
    const auto& pmcw = schib.pmcw;
    text += fmt::format("{:04x}   {:08x}       {:9} {:08x}  {}   {:04x}   {:08x} {:08x} {:02x} {:02x} {:04x}\n", number.value,
                        subchannel->word(), subsystem.device(number)->type(), static_cast<std::uint32_t>(pmcw.interruption_parameter),
                        pmcw.flags >> 11 & 7, static_cast<std::uint16_t>(pmcw.flags), static_cast<std::uint32_t>(schib.scsw.control),
                        static_cast<std::uint32_t>(schib.scsw.ccw_address), schib.scsw.device_status, schib.scsw.subchannel_status,
                        static_cast<std::uint16_t>(schib.scsw.count));
  }
  return text;
}

std::string pending_on(cpu::Cpu& cpu) {
  const auto external = cpu.external().image();
  std::string text;
  if (external.emergency_signals != 0) text += fmt::format(" emergency signals from {:016x}", external.emergency_signals);
  if (external.malfunction_alerts != 0) text += fmt::format(" malfunction alerts from {:016x}", external.malfunction_alerts);
  if (external.external_call != 0) text += fmt::format(" external call from {}", external.external_call - 1);
  if (cpu.timers().is_comparator_due(cpu.tod())) text += " clock comparator";
  if (cpu.timers().is_cpu_timer_due(cpu.machine_time())) text += " CPU timer";
  return fmt::format("CPU {}:{}\n", cpu.address(), text.empty() ? " none" : text);
}

// Pending says nothing of enabled: PSW, CR0, CR6 and CR14 decide that.
std::string pending(const MonitorContext& context, const Words&) {
  auto& cpus = context.machine.cpus();
  std::string text;
  for (unsigned n = 0; n < cpus.cpu_count(); ++n) text += pending_on(cpus.cpu(n));
  const auto floating = cpus.pending();
  if (floating.service_signal) text += fmt::format("service signal {:08x}\n", *floating.service_signal);
  if (floating.interrupt_key) text += "interrupt key\n";
  if (floating.channel_report) text += "channel report\n";
  for (unsigned isc = 0; isc < 8; ++isc)
    if (const auto found = context.machine.subsystem().pending_interruption(static_cast<std::uint8_t>(0x80 >> isc)))
      text += fmt::format("I/O of subclass {}: subchannel {:08x} parameter {:08x}\n", isc, found->subsystem_identification, found->parameter);
  return text;
}

std::string reset(const MonitorContext& context, const Words& operands) {
  const bool clear = operands.size() == 1 && operands[0] == "clear";
  if (!operands.empty() && !clear) return "monitor reset [clear]\n";
  context.reset(clear ? lpar::Machine::Clear::yes : lpar::Machine::Clear::no);
  return clear ? "all CPUs stopped, system and storage cleared\n" : "all CPUs stopped and initially reset, I/O reset\n";
}

// The I/O debugger's commands; the trace is one of them.
std::string debug_io(const MonitorContext& context, std::string_view command) {
  std::string text;
  for (const auto& line : context.machine.subsystem().debugger().command(command)) text += line + "\n";
  return text;
}

std::string io(const MonitorContext& context, const Words& operands) {
  return debug_io(context, fmt::format("{}", fmt::join(operands, " ")));
}

std::string trace(const MonitorContext& context, const Words& operands) {
  return debug_io(context, fmt::format("trace {}", fmt::join(operands, " ")));
}

constexpr std::array commands{
    Command{"real", "real ADDRESS [LENGTH]", "storage by real address of the current CPU", real},
    Command{"absolute", "absolute ADDRESS [LENGTH]", "storage by absolute address", absolute},
    Command{"translate", "translate ADDRESS", "where the current CPU's address leads", translate},
    Command{"key", "key ADDRESS [VALUE]", "storage key of an absolute address, and set it", key},
    Command{"subchannels", "subchannels", "devices, their PMCW and SCSW", subchannels},
    Command{"pending", "pending", "interruptions that wait", pending},
    Command{"reset", "reset [clear]", "reset the system; clear zeroes storage too", reset},
    Command{"trace", "trace [on [WHAT]|off]", "record channel programs; show the record", trace},
    Command{"io", "io [COMMAND]", "breakpoints, steps and faults of channel programs; alone: its help", io},
};

std::string help() {
  std::string text = "numbers are hexadecimal\n";
  for (const Command& command : commands) text += fmt::format("monitor {:28} {}\n", command.form, command.meaning);
  return text;
}

}  // namespace

std::string monitor(const MonitorContext& context, std::string_view text) {
  std::istringstream stream{std::string{text}};
  std::string name, word;
  stream >> name;
  Words operands;
  while (stream >> word) operands.push_back(word);
  for (const Command& command : commands)
    if (name == command.name) return command.run(context, operands);
  return help();
}

}  // namespace gdb
