#include "simulated_cluster.h"

namespace sim {

using cp::pdr::MemberState;

std::vector<std::string> Cluster::names(unsigned count) {
  std::vector<std::string> result;
  for (unsigned i = 0; i < count; ++i) result.push_back(name(i));
  return result;
}

Cluster::Cluster(std::uint64_t seed, Options options)
    : world(seed), volume(world, "SIMCLSTR", options.slots == Slots::listed ? names(options.members) : std::vector<std::string>{}), options_(options), members_(options.members) {
  for (unsigned a = 0; a < options.members; ++a)
    for (unsigned b = a + 1; b < options.members; ++b) network.connect(name(a), name(b), options.devices);
}

Cluster::~Cluster() {
  for (auto& member : members_) {
    if (!member) continue;
    member->ssi.reset();
    member->isfc.reset();
    member->ctcs.reset();
  }
}

void Cluster::ipl(unsigned index) {
  auto created = std::make_unique<Member>();
  auto* m = created.get();
  members_[index] = std::move(created);
  m->host = std::make_shared<Host>(world);
  m->ctcs = std::make_unique<Ctcs>(network, m->host, name(index));
  m->store = std::make_unique<VolumeStore>(volume, m->host, name(index));
  m->guests = std::make_unique<VolumeGuests>(volume, m->host, name(index));
  m->isfc = std::make_unique<cp::isfc::Driver>(
      world.clock(), *m->host, *m->ctcs,
      cp::isfc::Driver::Options{.own_name = name(index),
                                .first_session = static_cast<std::uint64_t>(world.clock().utc().count()),
                                .max_block = 4000,
                                .window = 16000},
      cp::isfc::Driver::Events{.link_up = {}, .link_down = {}, .message = {}, .report = [](const std::string&) {}});
  m->ssi = std::make_unique<cp::ssi::Node>(
      cp::ssi::MembershipOptions{.ssi_name = "SIMCLSTR", .own_name = name(index),
                                .configured_slot = cp::api::MemberSlot{static_cast<std::uint16_t>(index + 1)}, .timing = options_.timing},
      cp::ssi::Node::Ports{world.clock(), *m->host, *m->store, *m->isfc},
      cp::ssi::Node::Callbacks{
          .console = [m](const std::string& text) { m->console.push_back(text); },
          .mode_changed = [](cp::ssi::Mode) {},
          .lease = [m](z::Nanoseconds until) { m->lease_until = until; },
          .fence_self =
              [m](const std::string&) {
                m->is_fenced = true;
                m->logged_on.clear();
              },
          .member_fenced = [](cp::api::MemberSlot) {},
          .join_ended = [](cp::ssi::JoinEnded::Outcome) {},
          .leave_ended = [m] { m->has_left = true; }});
  for (unsigned other = 0; other < options_.members; ++other)
    if (other != index) (void)m->isfc->activate(network.devices(name(index), name(other)), name(other));
  m->ssi->start();
}

void Cluster::kill(unsigned index) {
  if (!members_[index]) return;
  members_[index]->host->kill();
  network.host_died(name(index));
  members_[index]->logged_on.clear();
  dead_.push_back(std::move(members_[index]));
}

bool Cluster::is_joined(unsigned index) {
  return members_[index] && members_[index]->ssi->membership().own_state() == MemberState::joined;
}

bool Cluster::runs_guests(unsigned index) {
  const auto* m = members_[index].get();
  return m != nullptr && m->host->runs() && !m->is_fenced && !m->is_shutting_down && world.clock().now() < m->lease_until;
}

MemberState Cluster::pdr_state(unsigned index) const { return volume.record().members[index].state; }

void Cluster::join_all() {
  for (unsigned i = 0; i < size(); ++i) ipl(i);
  for (int step = 0; step < 600; ++step) {
    bool all = true;
    for (unsigned i = 0; i < size(); ++i)
      all = all && is_joined(i) && members_[i]->ssi->membership().mode() == cp::ssi::Mode::stable;
    if (all) return;
    world.run_for(std::chrono::milliseconds{100});
  }
}

void Cluster::log_on(unsigned index, const std::string& userid) {
  auto* m = members_[index].get();
  m->ssi->claim(userid, [m, userid](z::Result<> result) {
    if (result) m->logged_on.insert(userid);
  });
}

void Cluster::log_off(unsigned index, const std::string& userid) {
  auto* m = members_[index].get();
  if (m->logged_on.erase(userid) != 0) m->ssi->release(userid);
}

}  // namespace sim
