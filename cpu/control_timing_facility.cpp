// PERFORM TIMING FACILITY FUNCTION (PoP ch. 10): what the clock is made of, and its steering.
#include <array>

#include "base/be.h"
#include "cpu/configuration.h"
#include "cpu/environment.h"
#include "cpu/instruction.h"

namespace cpu {
namespace {

enum Function : unsigned {
  query_available_functions = 0x00,
  query_tod_offset = 0x01,
  query_steering_information = 0x02,
  query_physical_clock = 0x03,
  adjust_tod_offset = 0x40,
  set_tod_offset = 0x41,
  set_fine_steering_rate = 0x42,
  set_gross_steering_rate = 0x43,
};

// A hypervisor's clock is not its guests' to steer: they may ask only.
bool may_steer(Cpu& cpu) {
  constexpr unsigned virtual_machine = 3;
  return cpu.configuration().environment().configuration_level() < virtual_machine;
}

std::uint64_t physical_clock(Cpu& cpu) { return cpu.machine_time().value; }

// Doublewords of a parameter block, all or nothing.
template <std::size_t count>
Step answer(Cpu& cpu, const std::array<std::uint64_t, count>& block) {
  std::array<std::byte, 8 * count> bytes{};
  for (std::size_t i = 0; i < count; ++i) z::Be<std::uint64_t>::store(bytes.data() + 8 * i, block[i]);
  TRY(cpu.store_bytes(cpu.wrap(cpu.gr(1)), bytes));
  cpu.cc = 0;
  return Step::next;
}

Step answer_functions(Cpu& cpu) {
  constexpr std::uint64_t queries = 0xFULL << 60, controls = 0xFULL << 60;
  return answer<2>(cpu, {queries, may_steer(cpu) ? controls : 0});
}

// Physical clock, TOD offset, logical TOD offset, TOD epoch difference.
Step answer_offset(Cpu& cpu) {
  const Tod& tod = cpu.configuration().tod();
  const std::uint64_t physical = physical_clock(cpu), offset = tod.steering().offset_at(physical);
  return answer<4>(cpu, {physical, offset, offset + tod.epoch(), tod.epoch()});
}

std::uint64_t rates_of(const SteeringEpisode& episode) {
  return std::uint64_t{static_cast<std::uint32_t>(episode.fine_rate)} << 32 | static_cast<std::uint32_t>(episode.gross_rate);
}
// Physical clock, then start time, base offset and rates of the old and of the new episode.
Step answer_steering(Cpu& cpu) {
  const ClockSteering& steering = cpu.configuration().tod().steering();
  const SteeringEpisode old = steering.previous(), now = steering.current();
  return answer<7>(cpu, {physical_clock(cpu), old.start, old.base_offset, rates_of(old), now.start, now.base_offset, rates_of(now)});
}

// A new episode begins at once, with the offset that the old one has led to.
template <class Parameter, class Change>
Step steer(Cpu& cpu, Change change) {
  const auto parameter = TRY(cpu.fetch<Parameter>(cpu.wrap(cpu.gr(1))));
  cpu.configuration().tod().steering().begin([&](SteeringEpisode episode) {
    episode.base_offset = episode.offset_at(physical_clock(cpu));
    episode.start = physical_clock(cpu);
    change(episode, parameter);
    return episode;
  });
  cpu.configuration().time_changed();
  cpu.cc = 0;
  return Step::refetch;
}

Step control(Cpu& cpu, unsigned function) {
  switch (function) {
    case adjust_tod_offset: return steer<std::uint64_t>(cpu, [](auto& episode, auto by) { episode.base_offset += by; });
    case set_tod_offset: return steer<std::uint64_t>(cpu, [](auto& episode, auto to) { episode.base_offset = to; });
    case set_fine_steering_rate:
      return steer<std::uint32_t>(cpu, [](auto& episode, auto rate) { episode.fine_rate = static_cast<std::int32_t>(rate); });
    default:
      return steer<std::uint32_t>(cpu, [](auto& episode, auto rate) { episode.gross_rate = static_cast<std::int32_t>(rate); });
  }
}

}  // namespace

// Problem programs may ask, not steer.
Z_INSTRUCTION(perform_timing_facility_function) {
  if ((cpu.gr(0) & 0x80) != 0) return cpu.program_interruption(Pic::specification);
  const unsigned function = cpu.gr(0) & 0x7F;
  switch (function) {
    case query_available_functions: return answer_functions(cpu);
    case query_tod_offset: return answer_offset(cpu);
    case query_steering_information: return answer_steering(cpu);
    case query_physical_clock: return answer<1>(cpu, {physical_clock(cpu)});
    default: break;
  }
  const bool is_control = function >= adjust_tod_offset && function <= set_gross_steering_rate && may_steer(cpu);
  if (!is_control) {
    cpu.cc = 3;
    return Step::next;
  }
  if (cpu.psw.problem_state) return cpu.program_interruption(Pic::privileged_operation);
  return control(cpu, function);
}

}  // namespace cpu
