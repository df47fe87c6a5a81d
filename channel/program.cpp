#include "channel/program.h"

namespace channel {
namespace {

constexpr DeviceStatus breaks_chain{0x80 | 0x20 | 0x10 | 0x02 | 0x01};  // all but SM, CE and DE

// PoP ch. 16, "Incorrect Length". A control command that ended without asking for data was immediate; its count says nothing.
// (For format 1 without ORB L the manual wants the count zero. The NO-OPERATIONs of real drivers have a count of 1, and
// control units that report it break them; so L is taken as given.)
bool is_incorrect_length(const DataArea& area, DeviceStatus status) {
  const bool no_data = !area.is_touched();
  if (no_data && (Ccw::is_control(area.ccw().command) || status.has(unit_check))) return false;
  if (area.ccw().has(ccw_flag::chain_data)) return true;
  return area.is_wrong_length() && !area.ccw().has(ccw_flag::suppress_length);
}

}  // namespace

Program::Stand Program::stand(Stand::Where where, const Gate::Verdict& verdict) {
  using Kind = Gate::Verdict::Kind;
  if (verdict.kind == Kind::go) return {};
  return {where, verdict.kind == Kind::delay ? std::optional{verdict.delay} : std::nullopt};
}

Program::Stand Program::step(const Site& site) {
  if (orb_.has(Orb::transport_mode)) return step_transport(site);
  using Place = CcwReader::Place;
  const Place place = after_transfer_ ? Place::after_transfer : accepted_ ? Place::after_command : Place::first;
  const auto ccw = CcwReader{site.storage, orb_}.read(next_, place);
  if (!ccw) {
    conclude_fault(ccw.error());
    return {};
  }
  after_transfer_ = after_transfer_ || ccw->location != next_;
  next_ = ccw->location;
  // Who is told that the program has come to this CCW must find done what stands before it.
  if (accepted_ && ccw->has(ccw_flag::suspend | ccw_flag::pci | ccw_flag::chain_data)) site.device.pause_program();
  if (ccw->has(ccw_flag::suspend)) {
    phase_ = Phase::suspended;
    return {};
  }
  const CommandView view{site.number, site.device, site.storage, orb_, *ccw, site.path, !accepted_};
  if (site.gate != nullptr) [[unlikely]]
    if (const auto stands = stand(Stand::Where::before, site.gate->before(view)); stands.where != Stand::Where::nowhere) return stands;
  if (!site.listener.accept_command(ccw->next())) return {};
  phase_ = Phase::ready;
  accepted_ = true;
  if (ccw->has(ccw_flag::pci) && !pci_shown_) site.listener.program_controlled_interruption(ccw->next());
  pci_shown_ = true;
  DataArea area{site.storage, orb_, *ccw, site.listener, site.path, site.limit};
  TraceSample sample;
  if (site.trace.is_on()) area.sample_into(sample.place(site.trace.bytes_kept()));
  const Ending ending = site.gate == nullptr ? site.device.execute(ccw->command, area) : site.gate->execute(view, area);
  if (site.trace.is_on()) trace_command(site, *ccw, area, ending);
  if (ending.kind == Ending::Kind::waiting) {
    phase_ = Phase::waiting;
  } else if (ending.status == busy) {
    phase_ = Phase::busy;
  } else {
    pci_shown_ = false;
    after_transfer_ = false;
    end_command(area, ending);
  }
  return site.gate == nullptr ? Stand{} : stand(Stand::Where::behind, site.gate->after(view, ending));
}

void Program::end_command(const DataArea& area, const Ending& ending) {
  const bool device_works = ending.kind == Ending::Kind::channel_end_then_waiting;
  const DeviceStatus status = device_works ? channel_end : ending.status;
  Conclusion end{status, area.check(), area.ccw().next(), area.residual()};
  if (area.check() != 0) end.ccw_address = area.faulty_ccw() + sizeof(Ccw1);
  else if (is_incorrect_length(area, status)) end.subchannel_status = subchannel_status::incorrect_length;
  const bool chains = area.ccw().has(ccw_flag::chain_command) && !area.ccw().has(ccw_flag::chain_data) &&
                      end.subchannel_status == 0 && (status.bits & breaks_chain.bits) == 0;
  conclusion_ = end;
  ended_ccw_ = area.ccw().location;
  if (!chains) return conclude(end);
  phase_ = Phase::chaining;
  if (!device_works && status.has(device_end)) end_device(status);
}

// Command chaining happens at device end; the status modifier skips one CCW (PoP ch. 15, "Command Chaining").
void Program::end_device(DeviceStatus status) {
  if ((status.bits & breaks_chain.bits) != 0) {
    conclusion_.device_status = status | ended;
    return conclude(conclusion_);
  }
  next_ = ended_ccw_ + (status.has(status_modifier) ? 2 : 1) * static_cast<std::uint32_t>(sizeof(Ccw1));
  phase_ = Phase::ready;
}

void Program::conclude(const Conclusion& conclusion) {
  phase_ = Phase::concluded;
  conclusion_ = conclusion;
}

// The command before has ended at the device; the first was never seen by it.
void Program::conclude_fault(const ProgramFault& fault) {
  conclude({accepted_ ? ended : DeviceStatus{}, fault.subchannel_status, fault.ccw + static_cast<std::uint32_t>(sizeof(Ccw1)), 0});
}

void Program::trace_command(const Site& site, const Ccw& ccw, const DataArea& area, const Ending& ending) const {
  site.trace.command({.number = site.number,
                      .device = site.device,
                      .ccw_address = ccw.location,
                      .command = ccw.command,
                      .flags = ccw.flags,
                      .count = ccw.count,
                      .residual = area.residual(),
                      .path = site.path,
                      .check = area.check(),
                      .ending = ending,
                      .bytes = area.sample()});
}

Program::Image Program::image() const {
  return {.orb = orb_,
          .next = next_,
          .phase = static_cast<std::uint8_t>(phase_),
          .accepted = accepted_,
          .after_transfer = after_transfer_,
          .pci_shown = pci_shown_,
          .channel_ended_ccw = ended_ccw_,
          .residual = conclusion_.residual};
}

std::optional<Program> Program::from(const Image& image) {
  if (image.phase >= static_cast<std::uint8_t>(Phase::concluded)) return std::nullopt;
  Program program{image.orb};
  program.next_ = image.next;
  program.phase_ = static_cast<Phase>(image.phase);
  program.accepted_ = image.accepted != 0;
  program.after_transfer_ = image.after_transfer != 0;
  program.pci_shown_ = image.pci_shown != 0;
  program.ended_ccw_ = image.channel_ended_ccw;
  program.conclusion_ = {.ccw_address = image.channel_ended_ccw + static_cast<std::uint32_t>(sizeof(Ccw1)), .residual = image.residual};
  return program;
}

}  // namespace channel
