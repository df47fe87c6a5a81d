#include "cpu/saved_state.h"

#include <cstring>

#include "base/assert.h"
#include "cpu/configuration.h"

namespace cpu {
namespace {

std::uint8_t pack(const Orders& orders) {
  return static_cast<std::uint8_t>(orders.stop | orders.start << 1 | orders.restart << 2 | orders.store_status << 3 |
                                   orders.reset << 4 | orders.initial_reset << 5);
}

Orders unpack(std::uint8_t bits) {
  return {.stop = (bits & 1) != 0,
          .start = (bits & 2) != 0,
          .restart = (bits & 4) != 0,
          .store_status = (bits & 8) != 0,
          .reset = (bits & 16) != 0,
          .initial_reset = (bits & 32) != 0};
}

SavedCpu saved(Cpu& cpu, const Orders& orders) {
  SavedCpu to{};
  for (unsigned n = 0; n < 16; ++n) {
    to.gr[n] = cpu.gr(n);
    to.cr[n] = cpu.cr(n);
    to.ar[n] = cpu.ar(n);
  }
  for (unsigned n = 0; n < 32; ++n) {
    to.vr[n][0] = cpu.vr(n).high;
    to.vr[n][1] = cpu.vr(n).low;
  }
  to.psw_mask = cpu.psw_image().mask;
  to.psw_address = cpu.psw_image().address;
  to.prefix = cpu.prefix();
  to.fpc = cpu.fpc;
  to.tod_programmable = cpu.tod_programmable();
  to.state = static_cast<std::uint8_t>(cpu.state());
  to.orders = pack(orders);
  to.cpu_timer = cpu.timers().cpu_timer(cpu.machine_time());
  to.clock_comparator = cpu.timers().comparator().value;
  to.program_parameter = cpu.program_parameter();
  to.breaking_event_address = cpu.breaking_event_address();
  const auto external = cpu.external().image();
  to.emergency_signals = external.emergency_signals;
  to.malfunction_alerts = external.malfunction_alerts;
  to.external_call = external.external_call;
  const GuardedStorage& guarded = cpu.guarded_storage();
  to.guarded_storage[0] = guarded.designation;
  to.guarded_storage[1] = guarded.section_mask;
  to.guarded_storage[2] = guarded.parameter_list;
  return to;
}

void restore(Cpu& cpu, const SavedCpu& from) {
  cpu.clear_reset();
  for (unsigned n = 0; n < 16; ++n) {
    cpu.gr(n) = from.gr[n];
    cpu.cr(n) = from.cr[n];
    cpu.ar(n) = from.ar[n];
  }
  for (unsigned n = 0; n < 32; ++n) cpu.vr(n) = {from.vr[n][0], from.vr[n][1]};
  cpu.set_prefix(from.prefix);
  cpu.control_registers_changed();
  cpu.load_psw({from.psw_mask, from.psw_address});
  cpu.fpc = from.fpc;
  cpu.tod_programmable() = from.tod_programmable;
  cpu.program_parameter() = from.program_parameter;
  cpu.set_breaking_event_address(from.breaking_event_address);
  cpu.timers().set_cpu_timer(from.cpu_timer, cpu.machine_time());
  cpu.timers().set_comparator({from.clock_comparator});
  cpu.guarded_storage() = {from.guarded_storage[0], from.guarded_storage[1], from.guarded_storage[2]};
  cpu.external().restore({from.emergency_signals, from.malfunction_alerts, from.external_call});
}

}  // namespace

std::vector<std::byte> Configuration::save() {
  Z_ASSERT(is_pause_requested());
  SavedConfiguration header{};
  header.identification = SavedConfiguration::mark;
  header.version = SavedConfiguration::current_version;
  header.cpus = static_cast<std::uint16_t>(cpu_count());
  header.tod = tod_.now(cpu(0).instruction_count()).value;
  header.epoch = tod_.epoch();
  header.configured = configured_.load();
  {
    const z::Lock lock{service_};
    header.service_signal = service_signal_.value_or(0);
    header.has_service_signal = service_signal_.has_value();
  }
  header.has_interrupt_key = interrupt_key_;
  header.has_channel_report = channel_report_;

  std::vector<std::byte> state(sizeof header + cpu_count() * sizeof(SavedCpu));
  std::memcpy(state.data(), &header, sizeof header);
  for (unsigned n = 0; n < cpu_count(); ++n) {
    const SavedCpu record = saved(cpu(n), thread(n).orders());
    std::memcpy(state.data() + sizeof header + n * sizeof record, &record, sizeof record);
  }
  return state;
}

z::Result<> Configuration::restore(std::span<const std::byte> state) {
  Z_ASSERT(is_pause_requested());
  SavedConfiguration header;
  if (state.size() < sizeof header) return z::failure("too short: state of the CPUs, {} bytes", state.size());
  std::memcpy(&header, state.data(), sizeof header);
  if (header.identification != SavedConfiguration::mark) return z::failure("not the state of CPUs");
  if (header.version != SavedConfiguration::current_version)
    return z::failure("unknown version {}: state of the CPUs", std::uint16_t{header.version});
  if (header.cpus != cpu_count())
    return z::failure("for {} CPUs, here are {}: state of the CPUs", std::uint16_t{header.cpus}, cpu_count());
  if (state.size() != sizeof header + cpu_count() * sizeof(SavedCpu))
    return z::failure("wrong length: state of the CPUs, {} bytes", state.size());

  tod_.set_epoch(header.epoch);
  configured_ = header.configured;
  tod_.never_before({header.tod}, cpu(0).instruction_count());
  interrupt_key_ = header.has_interrupt_key != 0;
  channel_report_ = header.has_channel_report != 0;
  {
    const z::Lock lock{service_};
    service_signal_.reset();
    if (header.has_service_signal != 0) service_signal_ = header.service_signal;
  }
  for (unsigned n = 0; n < cpu_count(); ++n) {
    SavedCpu record;
    std::memcpy(&record, state.data() + sizeof header + n * sizeof record, sizeof record);
    cpu::restore(cpu(n), record);
    thread(n).take_up(static_cast<CpuState>(record.state), unpack(record.orders));
  }
  return {};
}

}  // namespace cpu
