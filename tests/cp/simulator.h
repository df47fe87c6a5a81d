#pragma once

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cp/api/guest_records.h"
#include "cp/api/timers.h"
#include "cp/isfc/driver.h"
#include "cp/pdr/guest_block.h"
#include "cp/pdr/record.h"
#include "cp/pdr/store.h"

// A cluster in virtual time from one seed: hosts that stall and die, CTCs with delays and cuts below the real ISFC
// machines, a volume with the PDR and the guest-ownership entries whose I/O takes time and fails. What runs on a host
// gets its interfaces (clock, timers, network, store, guest records) and is the production code.
namespace sim {

using z::Nanoseconds;

// Events in order of time; the same seed gives the same run.
class World {
 public:
  using Event = std::function<void()>;
  explicit World(std::uint64_t seed) : random_(seed) {}

  const z::VirtualClock& clock() const { return clock_; }
  std::uint64_t at(Nanoseconds time, Event event);
  void cancel(std::uint64_t id);
  void run_until(Nanoseconds time);
  void run_for(Nanoseconds time) { run_until(clock_.now() + time); }

  std::uint64_t random(std::uint64_t below) { return random_() % below; }
  Nanoseconds random_time(Nanoseconds least, Nanoseconds most) {
    return least + Nanoseconds{static_cast<std::int64_t>(random(static_cast<std::uint64_t>((most - least).count()) + 1))};
  }
  bool chance(unsigned per_mille) { return random(1000) < per_mille; }

 private:
  struct Key {
    Nanoseconds time;
    std::uint64_t id;
    auto operator<=>(const Key&) const = default;
  };
  z::VirtualClock clock_;
  std::mt19937_64 random_;
  std::map<Key, Event> events_;
  std::map<std::uint64_t, Nanoseconds> times_;
  std::uint64_t next_id_ = 1;
};

// A process: while stalled its events wait, once killed they are gone.
class Host final : public cp::api::Timers {
 public:
  explicit Host(World& world) : world_(world) {}
  std::uint64_t at(Nanoseconds deadline, std::function<void()> expired) override;
  void cancel(std::uint64_t id) override;
  // Something from outside (I/O, a message) for this host.
  void deliver(Nanoseconds delay, World::Event event);

  void stall(Nanoseconds time) { stalled_until_ = world_.clock().now() + time; }
  void kill() { is_alive_ = false; }
  bool is_alive() const { return is_alive_; }
  bool runs() const { return is_alive_ && world_.clock().now() >= stalled_until_; }
  World& world() { return world_; }

 private:
  void run(std::uint64_t id, const World::Event& event);

  World& world_;
  bool is_alive_ = true;
  Nanoseconds stalled_until_{};
  std::map<std::uint64_t, std::uint64_t> timers_;  // world's event by ours
  std::uint64_t next_timer_ = 1;
};

class Network;

// The CTCs of one host.
class Ctcs final : public cp::isfc::Ctcs {
 public:
  Ctcs(Network& network, std::shared_ptr<Host> host, std::string name);
  ~Ctcs() override;
  z::Result<> open(z::DeviceNumber device, std::size_t largest, cp::isfc::CtcPort::Events events) override;
  void close(z::DeviceNumber device) override;
  void reopen(z::DeviceNumber device) override;
  void write(z::DeviceNumber device, const cp::isfc::Block& block) override;

  const std::string& name() const { return name_; }

 private:
  friend class Network;
  struct Device {
    cp::isfc::CtcPort::Events events;
    bool is_up = false;         // as told to the owner
    std::uint64_t session = 0;  // what was under way before it went down means nothing any more
    Nanoseconds busy_until{};   // blocks of one device arrive in order
  };
  void tell(z::DeviceNumber device, Nanoseconds delay, std::function<void(Device&)> what);

  Network& network_;
  std::shared_ptr<Host> host_;
  std::string name_;
  std::map<z::DeviceNumber, Device> devices_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

// Which hosts are cabled by which devices. Device numbers are unique to a pair of hosts.
class Network {
 public:
  explicit Network(World& world) : world_(world) {}
  std::vector<z::DeviceNumber> connect(const std::string& a, const std::string& b, unsigned devices);
  std::vector<z::DeviceNumber> devices(const std::string& a, const std::string& b) const;
  void cut(z::DeviceNumber device);
  void restore(z::DeviceNumber device);
  void cut(const std::string& a, const std::string& b);
  void restore(const std::string& a, const std::string& b);
  void restore_all();
  // Of a host that died: its partners notice.
  void host_died(const std::string& name);
  void set_delays(Nanoseconds least, Nanoseconds most) { least_ = least, most_ = most; }

 private:
  friend class Ctcs;
  struct Pair {
    std::string ends[2];
    bool is_plugged = true;
    std::uint64_t generation = 0;  // grows with each change
  };
  void attach(Ctcs& ctcs) { attached_[ctcs.name()] = &ctcs; }
  void detach(Ctcs& ctcs);
  Ctcs* other_end(z::DeviceNumber device, const std::string& name) const;
  void refresh(z::DeviceNumber device);
  Nanoseconds delay() { return world_.random_time(least_, most_); }

  World& world_;
  std::map<z::DeviceNumber, Pair> pairs_;
  std::map<std::string, Ctcs*> attached_;
  Nanoseconds least_ = std::chrono::microseconds{20}, most_ = std::chrono::milliseconds{3};
  std::uint16_t next_device_ = 0x6000;
};

// The common volume. Each operation is atomic at a moment of its own between call and answer.
class Volume {
 public:
  Volume(World& world, const std::string& ssi_name, const std::vector<std::string>& slots);
  const cp::pdr::Record& record() const { return record_; }
  const cp::pdr::Key& key() const { return key_; }
  // An I/O error before (nothing written) or after (written, but the answer is lost) the operation.
  void set_errors(unsigned per_mille) { errors_per_mille_ = per_mille; }
  void set_unreachable(const std::string& host, bool is_unreachable);
  cp::api::GuestRecord guest(const std::string& userid) const;

 private:
  friend class VolumeStore;
  friend class VolumeGuests;
  enum class Fault : std::uint8_t { none, before, after };
  Fault fault(const std::string& host);

  World& world_;
  cp::pdr::Key key_;
  void write(std::vector<std::byte> data);

  std::vector<std::byte> data_;
  cp::pdr::Record record_;  // `data_` decoded
  std::map<std::string, cp::api::GuestRecord> guests_;
  unsigned errors_per_mille_ = 0;
  std::set<std::string> unreachable_;
};

class VolumeStore final : public cp::pdr::Store {
 public:
  VolumeStore(Volume& volume, std::shared_ptr<Host> host, std::string name)
      : volume_(volume), host_(std::move(host)), name_(std::move(name)) {}
  void read_and_lock(LockRequest request, std::function<void(Locked)> done) override;
  void write_and_unlock(cp::pdr::Key lock, cp::pdr::Key unlocked, std::vector<std::byte> data,
                        std::function<void(Written)> done) override;
  void read(std::function<void(z::Result<Contents>)> done) override;

 private:
  Volume& volume_;
  std::shared_ptr<Host> host_;
  std::string name_;
};

class VolumeGuests final : public cp::api::GuestRecords {
 public:
  VolumeGuests(Volume& volume, std::shared_ptr<Host> host, std::string name)
      : volume_(volume), host_(std::move(host)), name_(std::move(name)) {}
  void read(const std::string& userid, Read done) override;
  void compare_and_set(const std::string& userid, cp::api::GuestRecord expected, cp::api::GuestRecord desired,
                       Swapped done) override;

 private:
  Volume& volume_;
  std::shared_ptr<Host> host_;
  std::string name_;
};

}  // namespace sim
