#include "simulator.h"

#include <algorithm>
#include <cstring>

namespace sim {

std::uint64_t World::at(Nanoseconds time, Event event) {
  const auto id = next_id_++;
  const auto when = std::max(time, clock_.now());
  events_.emplace(Key{when, id}, std::move(event));
  times_.emplace(id, when);
  return id;
}

void World::cancel(std::uint64_t id) {
  const auto found = times_.find(id);
  if (found == times_.end()) return;
  events_.erase(Key{found->second, id});
  times_.erase(found);
}

void World::run_until(Nanoseconds time) {
  while (!events_.empty() && events_.begin()->first.time <= time) {
    auto node = events_.extract(events_.begin());
    times_.erase(node.key().id);
    clock_.set(node.key().time);
    node.mapped()();
  }
  clock_.set(time);
}

std::uint64_t Host::at(Nanoseconds deadline, std::function<void()> expired) {
  const auto id = next_timer_++;
  timers_[id] = world_.at(deadline, [this, id, expired = std::move(expired)] {
    timers_.erase(id);
    run(id, expired);
  });
  return id;
}

void Host::cancel(std::uint64_t id) {
  const auto found = timers_.find(id);
  if (found == timers_.end()) return;
  world_.cancel(found->second);
  timers_.erase(found);
}

void Host::run(std::uint64_t id, const World::Event& event) {
  if (!is_alive_) return;
  if (runs()) return event();
  if (id == 0) {
    world_.at(stalled_until_, [this, event] { run(0, event); });
    return;
  }
  timers_[id] = world_.at(stalled_until_, [this, id, event] {
    timers_.erase(id);
    run(id, event);
  });
}

void Host::deliver(Nanoseconds delay, World::Event event) {
  world_.at(world_.clock().now() + delay, [this, event = std::move(event)] { run(0, event); });
}

Ctcs::Ctcs(Network& network, std::shared_ptr<Host> host, std::string name)
    : network_(network), host_(std::move(host)), name_(std::move(name)) {
  network_.attach(*this);
}

Ctcs::~Ctcs() { network_.detach(*this); }

void Ctcs::tell(z::DeviceNumber device, Nanoseconds delay, std::function<void(Device&)> what) {
  host_->deliver(delay, [this, alive = std::weak_ptr<int>{alive_}, device, what = std::move(what)] {
    if (alive.expired()) return;
    if (const auto found = devices_.find(device); found != devices_.end()) what(found->second);
  });
}

z::Result<> Ctcs::open(z::DeviceNumber device, std::size_t, cp::isfc::CtcPort::Events events) {
  devices_[device].events = std::move(events);
  network_.refresh(device);
  return {};
}

void Ctcs::close(z::DeviceNumber device) {
  devices_.erase(device);
  network_.refresh(device);
}

void Ctcs::reopen(z::DeviceNumber device) {
  auto& d = devices_.at(device);
  d.is_up = false;
  ++d.session;
  network_.refresh(device);
}

void Ctcs::write(z::DeviceNumber device, const cp::isfc::Block& block) {
  auto& mine = devices_.at(device);
  if (!mine.is_up) return;  // `lost` is on its way
  std::vector<std::byte> bytes;
  for (const auto piece : block.pieces) bytes.insert(bytes.end(), piece.begin(), piece.end());
  auto* other = network_.other_end(device, name_);
  const auto& pair = network_.pairs_.at(device);
  if (other == nullptr || !pair.is_plugged) return;
  const auto now = network_.world_.clock().now();
  mine.busy_until = std::max(mine.busy_until, now) + network_.delay();
  const auto arrival = mine.busy_until - now;
  const auto generation = pair.generation;
  other->tell(device, arrival, [network = &network_, device, generation, bytes = std::move(bytes)](Device& d) {
    if (d.is_up && network->pairs_.at(device).generation == generation) d.events.received(bytes);
  });
  tell(device, arrival + network_.delay(), [session = mine.session](Device& d) {
    if (d.is_up && d.session == session) d.events.written();
  });
}

std::vector<z::DeviceNumber> Network::connect(const std::string& a, const std::string& b, unsigned devices) {
  std::vector<z::DeviceNumber> result;
  for (unsigned i = 0; i < devices; ++i) {
    result.emplace_back(next_device_++);
    pairs_[result.back()] = Pair{{a, b}};
  }
  return result;
}

std::vector<z::DeviceNumber> Network::devices(const std::string& a, const std::string& b) const {
  std::vector<z::DeviceNumber> result;
  for (const auto& [device, pair] : pairs_)
    if ((pair.ends[0] == a && pair.ends[1] == b) || (pair.ends[0] == b && pair.ends[1] == a)) result.push_back(device);
  return result;
}

void Network::cut(z::DeviceNumber device) {
  if (std::exchange(pairs_.at(device).is_plugged, false)) refresh(device);
}

void Network::restore(z::DeviceNumber device) {
  if (!std::exchange(pairs_.at(device).is_plugged, true)) refresh(device);
}

void Network::cut(const std::string& a, const std::string& b) {
  for (const auto device : devices(a, b)) cut(device);
}

void Network::restore(const std::string& a, const std::string& b) {
  for (const auto device : devices(a, b)) restore(device);
}

void Network::restore_all() {
  for (auto& [device, pair] : pairs_) restore(device);
}

void Network::host_died(const std::string& name) {
  attached_.erase(name);
  for (const auto& [device, pair] : pairs_)
    if (pair.ends[0] == name || pair.ends[1] == name) refresh(device);
}

void Network::detach(Ctcs& ctcs) {
  const auto found = attached_.find(ctcs.name());
  if (found != attached_.end() && found->second == &ctcs) host_died(ctcs.name());
}

Ctcs* Network::other_end(z::DeviceNumber device, const std::string& name) const {
  const auto& pair = pairs_.at(device);
  const auto found = attached_.find(pair.ends[0] == name ? pair.ends[1] : pair.ends[0]);
  return found == attached_.end() || !found->second->devices_.contains(device) ? nullptr : found->second;
}

// Each change of a cable or of an end takes both ends down, and up again if all is well; each learns it in its own time.
void Network::refresh(z::DeviceNumber device) {
  auto& pair = pairs_.at(device);
  ++pair.generation;
  const bool works = pair.is_plugged && other_end(device, pair.ends[0]) != nullptr && other_end(device, pair.ends[1]) != nullptr;
  for (const auto& end : pair.ends) {
    const auto found = attached_.find(end);
    if (found == attached_.end() || !found->second->devices_.contains(device)) continue;
    const auto generation = pair.generation;
    auto* ctcs = found->second;
    ctcs->tell(device, delay(), [](Ctcs::Device& d) {
      ++d.session;
      if (std::exchange(d.is_up, false)) d.events.lost();
    });
    if (!works) continue;
    ctcs->tell(device, std::chrono::milliseconds{50} + delay(), [this, device, generation](Ctcs::Device& d) {
      if (pairs_.at(device).generation != generation || d.is_up) return;
      d.is_up = true;
      d.events.opened();
    });
  }
}

Volume::Volume(World& world, const std::string& ssi_name, const std::vector<std::string>& slots) : world_(world) {
  auto fresh = cp::pdr::create(ssi_name, slots, z::tod_of_utc(world.clock().utc()));
  key_ = fresh.key;
  write(std::move(fresh.data));
}

void Volume::write(std::vector<std::byte> data) {
  data_ = std::move(data);
  record_ = *cp::pdr::decode(data_);
}

void Volume::set_unreachable(const std::string& host, bool is_unreachable) {
  is_unreachable ? void(unreachable_.insert(host)) : void(unreachable_.erase(host));
}

cp::api::GuestRecord Volume::guest(const std::string& userid) const {
  const auto found = guests_.find(userid);
  return found == guests_.end() ? cp::api::GuestRecord{} : found->second;
}

Volume::Fault Volume::fault(const std::string& host) {
  if (unreachable_.contains(host)) return Fault::before;
  if (!world_.chance(errors_per_mille_)) return Fault::none;
  return world_.chance(500) ? Fault::before : Fault::after;
}

namespace {

constexpr Nanoseconds fast = std::chrono::microseconds{100}, slow = std::chrono::milliseconds{5};

// Does `operation` after a while, whatever becomes of the host, and answers after a while, if the host still lives.
template <class Operation>
void perform(const std::shared_ptr<Host>& host, Operation operation) {
  auto& world = host->world();
  world.at(world.clock().now() + world.random_time(fast, slow), [host, operation = std::move(operation)]() mutable {
    auto answer = operation();
    host->deliver(host->world().random_time(fast, slow), std::move(answer));
  });
}

}  // namespace

void VolumeStore::read_and_lock(LockRequest request, std::function<void(Locked)> done) {
  perform(host_, [&volume = volume_, name = name_, request = std::move(request), done = std::move(done)] {
    const auto fault = volume.fault(name);
    Locked result{.outcome = Locked::Outcome::failed, .key = volume.key_, .data = {}, .error = "simulated I/O error"};
    const bool is_free = !cp::pdr::is_locked(volume.key_) || (request.steal && *request.steal == volume.key_);
    if (fault != Volume::Fault::before && is_free) volume.key_ = request.lock;
    if (fault == Volume::Fault::none) {
      result.outcome = is_free ? Locked::Outcome::granted : Locked::Outcome::refused;
      if (is_free) result.data = volume.data_;
      result.error.clear();
    }
    return [done, result] { done(result); };
  });
}

void VolumeStore::write_and_unlock(cp::pdr::Key lock, cp::pdr::Key unlocked, std::vector<std::byte> data,
                                   std::function<void(Written)> done) {
  perform(host_, [&volume = volume_, name = name_, lock, unlocked, data = std::move(data), done = std::move(done)] {
    const auto fault = volume.fault(name);
    const bool holds = volume.key_ == lock;
    if (fault != Volume::Fault::before && holds) {
      volume.key_ = unlocked;
      volume.write(data);
    }
    const auto result = fault != Volume::Fault::none ? Written::unknown : holds ? Written::written : Written::lock_lost;
    return [done, result] { done(result); };
  });
}

void VolumeStore::read(std::function<void(z::Result<Contents>)> done) {
  perform(host_, [&volume = volume_, name = name_, done = std::move(done)] {
    const bool failed = volume.fault(name) != Volume::Fault::none;
    const Contents contents{volume.key_, volume.data_};
    return [done, failed, contents] {
      failed ? done(z::failure("simulated I/O error")) : done(contents);
    };
  });
}

void VolumeGuests::read(const std::string& userid, Read done) {
  perform(host_, [&volume = volume_, name = name_, userid, done = std::move(done)] {
    const bool failed = volume.fault(name) != Volume::Fault::none;
    const auto record = volume.guest(userid);
    return [done, failed, record] { failed ? done(z::failure("simulated I/O error")) : done(record); };
  });
}

void VolumeGuests::compare_and_set(const std::string& userid, cp::api::GuestRecord expected,
                                   cp::api::GuestRecord desired, Swapped done) {
  perform(host_, [&volume = volume_, name = name_, userid, expected, desired, done = std::move(done)] {
    using cp::api::SwapOutcome;
    const auto fault = volume.fault(name);
    const bool matches = volume.guest(userid) == expected;
    if (fault != Volume::Fault::before && matches) volume.guests_[userid] = desired;
    const cp::api::Swap swap = fault != Volume::Fault::none
                                   ? cp::api::Swap{SwapOutcome::unknown, {}}
                                   : cp::api::Swap{matches ? SwapOutcome::swapped : SwapOutcome::mismatched, volume.guest(userid)};
    return [done, swap] { done(swap); };
  });
}

}  // namespace sim
