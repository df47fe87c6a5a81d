#include "cp/ssi/node.h"

#include <algorithm>

namespace cp::ssi {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

std::vector<Service*> with(Service& first, std::vector<Service*> others) {
  others.insert(others.begin(), &first);
  return others;
}

}  // namespace

Node::Node(MembershipOptions options, Ports ports, Callbacks callbacks, std::vector<Service*> services)
    : ports_(ports),
      callbacks_(std::move(callbacks)),
      logons_(cluster_view()),
      membership_(std::move(options), with(logons_, std::move(services))) {
  listen();
}

Node::~Node() {
  if (timer_deadline_) ports_.timers.cancel(timer_);
}

ClusterView Node::cluster_view() {
  return {.own_slot = [this] { return membership_.own_slot(); },
          .joined_peers = [this] { return membership_.joined_peers(); },
          .linked_nodes = [this] { return membership_.linked_nodes(); },
          .name_of = [this](api::MemberSlot slot) { return membership_.record().member(slot).name; },
          .slot_of = [this](const std::string& node) { return membership_.record().slot_of(node); }};
}

Moment Node::moment() const { return {ports_.clock.now(), z::tod_of_utc(ports_.clock.utc())}; }

void Node::listen() {
  ports_.network.listen(isfc::Endpoint::membership,
                        {.message = guarded([this](const std::string& node, std::span<const std::byte> bytes) {
                           membership_.message(moment(), node, bytes);
                           perform();
                         }),
                         .link_up = guarded([this](const std::string& node) {
                           membership_.link_up(moment(), node);
                           perform();
                         }),
                         .link_down = guarded([this](const std::string& node) {
                           membership_.link_down(moment(), node);
                           logons_.link_down(ports_.clock.now(), node);
                           perform();
                         })});
  ports_.network.listen(isfc::Endpoint::logons,
                        {.message = guarded([this](const std::string& node, std::span<const std::byte> bytes) {
                           logons_.message(ports_.clock.now(), node, bytes);
                           perform();
                         }),
                         .link_up = [](const std::string&) {},
                         .link_down = [](const std::string&) {}});
}

void Node::start() {
  membership_.start(moment());
  perform();
}

void Node::shutdown() {
  membership_.shutdown(moment());
  perform();
}

void Node::declare_down(const std::string& name, Done done) {
  commands_[next_command_] = std::move(done);
  membership_.declare_down(moment(), name, next_command_++);
  perform();
}

void Node::set_slot(api::MemberSlot slot, const std::string& name, Done done) {
  commands_[next_command_] = std::move(done);
  membership_.set_slot(moment(), slot, name, next_command_++);
  perform();
}

void Node::claim(const std::string& userid, Done done) {
  commands_[next_command_] = std::move(done);
  logons_.claim(ports_.clock.now(), userid, next_command_++);
  perform();
}

void Node::release(const std::string& userid) {
  logons_.release(userid);
  perform();
}

void Node::take_over(const std::string& userid) {
  logons_.take_over(userid);
  perform();
}

void Node::service_changed() {
  membership_.service_changed(moment());
  perform();
}

std::string Node::name(api::MemberSlot member) const { return membership_.record().member(member).name; }

bool Node::is_joined(api::MemberSlot member) const {
  return membership_.record().member(member).state == pdr::MemberState::joined;
}

bool Node::is_down(api::MemberSlot member) const { return membership_.is_fenced(member); }

// Actions may bring further events before they return; those are taken by the loop that runs already.
void Node::perform() {
  if (std::exchange(performing_, true)) return;
  const std::weak_ptr<int> alive = alive_;
  while (perform_membership() || perform_logons())
    if (alive.expired()) return;
  performing_ = false;
  set_timer();
}

bool Node::perform_membership() {
  auto actions = membership_.actions();
  for (auto& action : actions) perform(action);
  return !actions.empty();
}

bool Node::perform_logons() {
  auto actions = logons_.actions();
  for (auto& action : actions)
    std::visit(Overloaded{[&](SendLogonMessage& send) {
                            ports_.network.send(send.node, isfc::Endpoint::logons, {std::move(send.bytes), {}}, [] {});
                          },
                          [&](ClaimEnded& ended) { end_command(ended.id, std::move(ended.result)); },
                          [&](ReadyToVote&) { membership_.service_changed(moment()); }},
               action);
  return !actions.empty();
}

void Node::perform(MembershipAction& action) {
  std::visit(
      Overloaded{
          [&](LockPdr& lock) {
            ports_.store.read_and_lock({lock.lock, lock.steal}, guarded([this](const pdr::Store::Locked& locked) {
              using Outcome = pdr::Store::Locked::Outcome;
              if (locked.outcome == Outcome::granted) membership_.pdr_locked(moment(), locked.data);
              if (locked.outcome == Outcome::refused) membership_.pdr_refused(moment(), locked.key);
              if (locked.outcome == Outcome::failed) membership_.pdr_failed(moment(), locked.error);
              perform();
            }));
          },
          [&](WritePdr& write) {
            ports_.store.write_and_unlock(write.lock, write.unlocked, std::move(write.data),
                                          guarded([this](pdr::Store::Written written) {
                                            using Written = pdr::Store::Written;
                                            if (written == Written::written) membership_.pdr_written(moment());
                                            if (written == Written::lock_lost) membership_.pdr_lock_lost(moment());
                                            if (written == Written::unknown)
                                              membership_.pdr_failed(moment(), "write ended in error");
                                            if (membership_.has_lease()) callbacks_.lease(membership_.lease_expiry());
                                            perform();
                                          }));
          },
          [&](SendMessage& send) {
            ports_.network.send(send.node, isfc::Endpoint::membership, {std::move(send.bytes), {}}, [] {});
          },
          [&](ConsoleMessage& message) { callbacks_.console(message.text); },
          [&](ModeChanged& changed) {
            logons_.set_mode(ports_.clock.now(), changed.mode);
            callbacks_.mode_changed(changed.mode);
          },
          [&](LeaseLost&) { callbacks_.lease(z::Nanoseconds{0}); },
          [&](LeaseRenewed&) { callbacks_.lease(membership_.lease_expiry()); },
          [&](FenceSelf& fence) { callbacks_.fence_self(fence.reason); },
          [&](MemberFenced& fenced) { callbacks_.member_fenced(fenced.slot); },
          [&](JoinEnded& ended) { callbacks_.join_ended(ended.outcome); },
          [&](LeaveEnded&) { callbacks_.leave_ended(); },
          [&](CommandEnded& ended) { end_command(ended.id, std::move(ended.result)); }},
      action);
}

void Node::end_command(std::uint64_t id, z::Result<> result) {
  const auto node = commands_.extract(id);
  if (node) node.mapped()(std::move(result));
}

void Node::set_timer() {
  auto deadline = membership_.deadline();
  if (const auto other = logons_.deadline()) deadline = deadline ? std::min(*deadline, *other) : other;
  if (deadline == timer_deadline_) return;
  if (timer_deadline_) ports_.timers.cancel(timer_);
  timer_deadline_ = deadline;
  if (!deadline) return;
  timer_ = ports_.timers.at(*deadline, guarded([this] {
    timer_deadline_.reset();
    membership_.timer(moment());
    logons_.timer(ports_.clock.now());
    perform();
  }));
}

}  // namespace cp::ssi
