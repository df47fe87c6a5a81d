#include "cp/member/cluster.h"

namespace cp {
namespace {

constexpr unsigned ssi_failed = 1663;

Answer<> answer(const z::Result<>& result) {
  if (result) return {};
  return std::unexpected{Message{ssi_failed, fmt::format("HCPPLM{}E {}", ssi_failed, result.error().text())}};
}

SsiStatus::State state_of(pdr::MemberState state) {
  switch (state) {
    case pdr::MemberState::down: return SsiStatus::State::down;
    case pdr::MemberState::joining: return SsiStatus::State::joining;
    case pdr::MemberState::joined: return SsiStatus::State::joined;
    case pdr::MemberState::leaving: return SsiStatus::State::leaving;
    case pdr::MemberState::isolated: return SsiStatus::State::isolated;
    case pdr::MemberState::suspended: return SsiStatus::State::suspended;
    case pdr::MemberState::unknown: return SsiStatus::State::unknown;
  }
  return SsiStatus::State::unknown;
}

SsiStatus::DownReason reason_of(pdr::DownReason reason) {
  switch (reason) {
    case pdr::DownReason::undetermined: return SsiStatus::DownReason::undetermined;
    case pdr::DownReason::left: return SsiStatus::DownReason::left;
    case pdr::DownReason::failed: return SsiStatus::DownReason::terminated;
    case pdr::DownReason::declared: return SsiStatus::DownReason::declared;
  }
  return SsiStatus::DownReason::undetermined;
}

SsiStatus::Mode mode_of(ssi::Mode mode) {
  switch (mode) {
    case ssi::Mode::stable: return SsiStatus::Mode::stable;
    case ssi::Mode::influx: return SsiStatus::Mode::influx;
    case ssi::Mode::safe: return SsiStatus::Mode::safe;
  }
  return SsiStatus::Mode::safe;
}

std::optional<z::Nanoseconds> utc_of(z::TodClock stamp) {
  if (stamp.value < z::tod_of_unix_epoch) return std::nullopt;
  return z::tod_duration(stamp.value - z::tod_of_unix_epoch);
}

}  // namespace

// The first session number of this life: TOD, so that it is above any that an earlier life reached.
Cluster::Cluster(EventLoop& loop, RealIo& io, const SystemConfig& config, const Volumes& volumes, Events events)
    : loop_(loop), io_(io), config_(config), volumes_(volumes), events_(std::move(events)), ctcs_(loop, io),
      isfc_(loop.clock(), loop, ctcs_,
            {.own_name = config.system, .first_session = z::tod_of_utc(loop.clock().utc()).value},
            {.link_up = [this](const std::string& node) { events_.link_up(node); },  // ISFC itself tells the operator
             .link_down = [this](const std::string& node) { events_.link_down(node); },
             .message = [this](const std::string& node, isfc::Endpoint endpoint, std::span<const std::byte> bytes) {
               events_.message(node, endpoint, bytes);
             },
             .report = [this](std::string text) { events_.console(text); }}) {}

Cluster::~Cluster() = default;

void Cluster::activate() {
  if (is_configured()) {
    if (auto opened = open_pdr(); !opened) events_.console(fmt::format("HCPPLM1662E {}", opened.error().text()));
    else make_node();
  }
  for (const auto& link : config_.islinks)
    if (auto activated = isfc_.activate(link.devices, link.node); !activated)
      events_.console(fmt::format("HCPKCL2702E {}", activated.error().text()));
}

z::Result<> Cluster::open_pdr() {
  const auto* volume = volumes_.find(config_.ssi->pdr_volume);
  if (volume == nullptr) return z::failure("PDR volume {} is not mounted", config_.ssi->pdr_volume);
  pdr_device_ = volume->rdev;
  Z_CHECK(io_.open(*pdr_device_));
  pdr_ = std::make_unique<pdr::Driver>(io_, *pdr_device_, config_.ssi->name);
  guest_records_ = std::make_unique<pdr::GuestDriver>(io_, *pdr_device_, loop_.clock());
  return {};
}

void Cluster::make_node() {
  ssi::MembershipOptions options;
  options.ssi_name = config_.ssi->name;
  options.own_name = config_.system;
  if (const auto slot = config_.ssi->slot_of(config_.system)) options.configured_slot = api::MemberSlot{static_cast<std::uint16_t>(*slot)};
  node_ = std::make_unique<ssi::Node>(
      options, ssi::Node::Ports{.clock = loop_.clock(), .timers = loop_, .store = *pdr_, .network = isfc_},
      ssi::Node::Callbacks{.console = events_.console,
                           .mode_changed = [](ssi::Mode) {},  // told by the console message, held and refused by the registry
                           .lease = events_.lease,
                           .fence_self = events_.fenced,
                           .member_fenced = [this](api::MemberSlot slot) { events_.member_fenced(node_->name(slot)); },
                           .join_ended = [this](ssi::JoinEnded::Outcome outcome) {
                             events_.ipl_ended(outcome == ssi::JoinEnded::Outcome::joined);
                           },
                           .leave_ended = events_.left});
}

void Cluster::join() {
  if (node_) return node_->start();
  events_.ipl_ended(false);
}

void Cluster::leave() {
  if (node_) node_->shutdown();
  else events_.left();
}

std::optional<SsiStatus> Cluster::status() const {
  if (!node_) return std::nullopt;
  const auto& membership = node_->membership();
  const auto& record = membership.record();
  SsiStatus status{.name = config_.ssi->name, .mode = mode_of(membership.mode()),
                   .timeouts_enabled = record.timeouts == pdr::Timeouts::enabled,
                   .pdr_volume = config_.ssi->pdr_volume, .pdr_device = pdr_device_, .slots = {}};
  for (std::uint16_t number = 1; number <= config_.ssi->slots.size(); ++number) {
    const api::MemberSlot slot{number};
    const auto& member = record.member(slot);
    const auto& configured = config_.ssi->slots[number - 1U];
    if (member.is_available() && configured.empty() && number > 4) continue;
    SsiStatus::Slot view;
    view.number = number;
    view.system = member.is_available() ? configured : member.name;
    view.state = state_of(member.state);
    view.reason = reason_of(member.down_reason);
    view.pdr_heartbeat = utc_of(member.stamp);
    view.received_heartbeat = slot == membership.own_slot() ? view.pdr_heartbeat : utc_of(membership.received_heartbeat(slot));
    status.slots.push_back(std::move(view));
  }
  return status;
}

void Cluster::send(const std::string& member, isfc::Endpoint endpoint, isfc::Message message, std::function<void()> sent) {
  isfc_.send(member, endpoint, std::move(message), std::move(sent));
}

void Cluster::activate_link(z::DeviceNumber device, const std::string& node, Done done) {
  done(answer(isfc_.activate({device}, node)));
}

void Cluster::deactivate_link(z::DeviceNumber device, Done done) {
  if (const auto begun = isfc_.deactivate(device, [done] { done({}); }); !begun) done(answer(begun));
}

void Cluster::set_slot(unsigned slot, const std::string& system, Done done) {
  if (!node_) return done(refusal(3008));
  node_->set_slot(api::MemberSlot{static_cast<std::uint16_t>(slot)}, system,
                  [done = std::move(done)](const z::Result<>& result) { done(answer(result)); });
}

void Cluster::declare_down(const std::string& system, Done done) {
  if (!node_) return done(refusal(3008));
  node_->declare_down(system, [done = std::move(done)](const z::Result<>& result) { done(answer(result)); });
}

std::map<std::string, std::string> Cluster::users_elsewhere() const {
  std::map<std::string, std::string> result;
  if (!node_) return result;
  for (const auto slot : node_->membership().joined_peers())
    for (const auto& userid : node_->logons().users_of(slot)) result.emplace(userid, node_->name(slot));
  return result;
}

void Cluster::claim_user(const std::string& userid, Done done) {
  if (!node_) return done({});
  node_->claim(userid, [done = std::move(done)](const z::Result<>& result) { done(answer(result)); });
}

void Cluster::release_user(const std::string& userid) {
  if (node_) node_->release(userid);
}

void Cluster::take_over_user(const std::string& userid) {
  if (node_) node_->take_over(userid);
}

void Cluster::own_guest(const std::string& userid, Done done) {
  if (!node_) return done({});
  guest_records_->read(userid, [this, userid, done = std::move(done)](z::Result<api::GuestRecord> found) {
    if (!found) return done(answer(z::failure(found.error())));
    const bool elsewhere = found->state != api::GuestState::none && found->owner != node_->self();
    if (elsewhere && !node_->is_down(found->owner))
      return done(answer(z::failure("{} is run by {}, which is not known to be down", userid, node_->name(found->owner))));
    swap_guest(userid, *found, done);
  });
}

void Cluster::swap_guest(const std::string& userid, api::GuestRecord found, Done done) {
  const api::GuestRecord ours{.state = api::GuestState::running, .owner = node_->self(), .peer = {}, .epoch = found.epoch + 1};
  guest_records_->compare_and_set(userid, found, ours, [userid, done = std::move(done)](const api::Swap& swap) {
    if (swap.outcome == api::SwapOutcome::swapped) return done({});
    done(answer(z::failure("the guest record of {} could not be written", userid)));
  });
}

// Epochs go on, so that a record of an earlier life is never mistaken for one of this.
void Cluster::disown_guest(const std::string& userid) {
  if (!node_) return;
  guest_records_->read(userid, [this, userid](const z::Result<api::GuestRecord>& found) {
    if (!found || found->state != api::GuestState::running || found->owner != node_->self()) return;
    guest_records_->compare_and_set(userid, *found, {.state = api::GuestState::none, .owner = {}, .peer = {}, .epoch = found->epoch + 1},
                                    [](const api::Swap&) {});
  });
}

std::optional<api::MemberSlot> Cluster::slot_of(const std::string& member) const {
  if (!node_) return std::nullopt;
  return node_->membership().record().slot_of(member);
}

}  // namespace cp
