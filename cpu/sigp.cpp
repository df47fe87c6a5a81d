#include "cpu/configuration.h"
#include "cpu/control.h"
#include "cpu/extended_save_area.h"
#include "cpu/instruction.h"
#include "cpu/storage.h"

// SIGNAL PROCESSOR (PoP ch. 4, "CPU Signaling and Response").
namespace cpu {
namespace {

enum class Order : std::uint8_t {
  sense = 0x01, external_call = 0x02, emergency_signal = 0x03, start = 0x04, stop = 0x05, restart = 0x06,
  stop_and_store_status = 0x09, initial_cpu_reset = 0x0B, cpu_reset = 0x0C, set_prefix = 0x0D,
  store_status_at_address = 0x0E, set_architecture = 0x12, conditional_emergency_signal = 0x13, sense_running_status = 0x15,
  store_additional_status_at_address = 0x17,
};

namespace status {
inline constexpr std::uint32_t invalid_order = 0x02, check_stop = 0x10, stopped = 0x40, external_call_pending = 0x80,
                               invalid_parameter = 0x100, incorrect_state = 0x200, not_running = 0x400;
}

struct Response {
  std::uint8_t cc = 0;
  std::uint32_t status = 0;
  static Response with(std::uint32_t status) { return {static_cast<std::uint8_t>(status != 0 ? 1 : 0), status}; }
};
constexpr Response accepted{0, 0}, busy{2, 0}, not_operational{3, 0};

Response sense(Cpu& target) {
  std::uint32_t found = 0;
  if (target.state() == CpuState::stopped) found |= status::stopped;
  if (target.state() == CpuState::check_stop) found |= status::check_stop;
  if (target.external().has_external_call()) found |= status::external_call_pending;
  return Response::with(found);
}

Response give(CpuThread& target, const Orders& orders) {
  target.give(orders);
  return accepted;
}

template <class F>
Response on_stopped(CpuThread& target, F change) {
  switch (target.if_stopped(change)) {
    case CpuThread::Found::stopped: return accepted;
    case CpuThread::Found::busy: return busy;
    default: return Response::with(status::incorrect_state);
  }
}

Response signal_emergency(const Cpu& cpu, Cpu& target) {
  target.external().add_emergency_signal(cpu.address());
  target.attention().post(Attention::interruption);
  return accepted;
}

// The signal is for a CPU that is in the way: one that executes, or whose PSW or ASNs say that it will be (PoP ch. 4,
// "Conditional Emergency Signal").
Response signal_conditional_emergency(Cpu& cpu, Cpu& target, std::uint64_t parameter) {
  bool is_in_the_way = true;
  const auto look = [&](const Cpu& stopped) {
    const auto asn = static_cast<std::uint16_t>(parameter);
    const bool is_open = stopped.psw.io && stopped.psw.external;
    const bool has_asn = static_cast<std::uint16_t>(stopped.cr(3)) == asn || static_cast<std::uint16_t>(stopped.cr(4)) == asn;
    is_in_the_way = !is_open || (stopped.psw.wait ? stopped.psw.ia != 0 : has_asn);
  };
  if (cpu.configuration().thread(target.address()).if_stopped(look) == CpuThread::Found::busy) return busy;
  return is_in_the_way ? signal_emergency(cpu, target) : Response::with(status::incorrect_state);
}

Response signal(Cpu& cpu, Cpu& target, Order order, std::uint64_t parameter) {
  CpuThread& thread = cpu.configuration().thread(target.address());
  switch (order) {
    case Order::emergency_signal: return signal_emergency(cpu, target);
    case Order::conditional_emergency_signal: return signal_conditional_emergency(cpu, target, parameter);
    case Order::external_call:
      if (!target.external().add_external_call(cpu.address())) return Response::with(status::external_call_pending);
      target.attention().post(Attention::interruption);
      return accepted;
    case Order::sense_running_status:
      return Response::with(target.state() == CpuState::operating ? 0 : status::not_running);
    default: break;
  }
  if (thread.has_orders()) return busy;
  switch (order) {
    case Order::sense: return sense(target);
    case Order::start: return give(thread, {.start = true});
    case Order::stop: return give(thread, {.stop = true});
    case Order::restart: return give(thread, {.restart = true});
    case Order::stop_and_store_status: return give(thread, {.stop = true, .store_status = true});
    case Order::initial_cpu_reset: return give(thread, {.initial_reset = true});
    case Order::cpu_reset: return give(thread, {.reset = true});
    case Order::set_prefix: {
      const auto prefix = static_cast<std::uint32_t>(parameter) & 0x7FFF'E000;
      if (!cpu.storage().contains({prefix}, 0x2000)) return Response::with(status::invalid_parameter);
      return on_stopped(thread, [&](Cpu& stopped) { stopped.set_prefix(prefix); });
    }
    case Order::store_status_at_address: {
      const z::AbsoluteAddress at{parameter & 0x7FFF'FE00};
      if (!cpu.storage().contains(at, 512)) return Response::with(status::invalid_parameter);
      return on_stopped(thread, [&](Cpu& stopped) { stopped.store_status(at); });
    }
    case Order::store_additional_status_at_address: {
      const Model model = cpu.configuration().model();
      if (model < Model::z13) return Response::with(status::invalid_order);
      const auto area = extended_save_area(parameter, model);
      if (!area || !cpu.storage().contains(area->origin, area->length)) return Response::with(status::invalid_parameter);
      return on_stopped(thread, [&](Cpu& stopped) { store_extended_status(stopped, *area); });
    }
    default: return Response::with(status::invalid_order);
  }
}

}  // namespace

Z_INSTRUCTION(signal_processor) {
  const auto order = static_cast<Order>(cpu.operand2_rs(op) & 0xFF);
  const std::uint64_t parameter = cpu.gr(op.r1 | 1u);
  const std::uint64_t address = cpu.gr(op.r3) & 0xFFFF;
  Response response = not_operational;
  // z/Architecture is the only mode: it is already on, which is an invalid parameter.
  if (order == Order::set_architecture) response = Response::with(status::invalid_parameter);
  else if (address < cpu.configuration().cpu_count() && cpu.configuration().is_configured(static_cast<unsigned>(address)))
    response = signal(cpu, cpu.configuration().cpu(static_cast<unsigned>(address)), order, parameter);
  if (response.cc == 1) cpu.set_gr32(op.r1, response.status);
  cpu.cc = response.cc;
  return Step::refetch;
}

}  // namespace cpu
