#pragma once

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "lgr/relocations.h"

// Two members, a link, a record on shared DASD and one guest, in virtual time from one seed. The guest writes real
// pages; a shadow of its memory says what every image of it must hold when it runs.
namespace lgr::test {

using cp::api::GuestRecord;
using cp::api::GuestState;
using cp::api::MemberSlot;
using cp::api::SwapOutcome;
using z::Nanoseconds;
using namespace std::chrono_literals;

inline constexpr MemberSlot source{1}, destination{2};
constexpr MemberSlot other(MemberSlot slot) { return slot == source ? destination : source; }

using Page = std::vector<std::byte>;

class World;

// Memory of the guest on one member, page by page.
struct Image {
  std::vector<std::byte> bytes;
  std::set<std::uint64_t> dirty;
  bool is_tracked = false;
  bool is_running = false;   // dispatched, unless its member is fenced
  bool is_complete = false;  // could run: it ran here, or its state was restored
  unsigned stop_generation = 0;
};

// One incarnation of a member.
class Node final : cp::api::Members,
                   cp::api::GuestHost,
                   cp::api::Transport,
                   cp::api::GuestRecords,
                   cp::api::Eligibility {
 public:
  Node(World& world, MemberSlot slot, Settings settings);
  ~Node() override;

  World& world;
  const MemberSlot slot;
  bool is_alive = true;
  bool is_fenced = false;
  bool is_record_reachable = true;
  std::vector<std::string> obstacles;         // of eligibility on this side
  std::unique_ptr<cp::api::GuestPort> guest;  // logged on here
  std::unique_ptr<cp::api::Timers> timers;
  std::shared_ptr<Image> image;  // of the guest, whole or in the making
  Relocations relocations;

  bool runs_guest() const { return is_alive && !is_fenced && image && image->is_running; }
  bool has_complete_image() const { return is_alive && image && image->is_complete; }
  void log_on(unsigned pages);

  MemberSlot self() const override { return slot; }
  std::string name(MemberSlot member) const override { return member == source ? "MEMBER1" : "MEMBER2"; }
  bool is_joined(MemberSlot) const override { return true; }
  bool is_down(MemberSlot member) const override;
  cp::api::GuestPort* find(const std::string&) override { return guest.get(); }
  void create_skeleton(const std::string&, z::Pages storage, std::span<const std::byte>, Created done) override;
  void send(MemberSlot to, cp::api::OutgoingMessage message) override;
  void read(const std::string&, Read done) override;
  void compare_and_set(const std::string&, GuestRecord expected, GuestRecord desired, Swapped done) override;
  std::vector<std::string> obstacles_on_source(const std::string&, MemberSlot, cp::api::Forces) override {
    return obstacles;
  }
  std::vector<std::string> obstacles_on_destination(const std::string&, z::Pages, std::span<const std::byte>,
                                                    cp::api::Forces) override {
    return obstacles;
  }
};

enum class RecordFault : std::uint8_t { none, unknown_not_written, unknown_written };

class World {
 public:
  World(std::uint64_t seed, unsigned pages, Settings settings = {});

  void start(Limits limits);  // moves the guest from where it is
  void run_for(Nanoseconds time);
  void at(Nanoseconds time, std::function<void()> event);
  void after(Nanoseconds time, std::function<void()> event) { at(clock.now() + time, std::move(event)); }
  std::uint64_t random(std::uint64_t below) { return below == 0 ? 0 : random_() % below; }
  Nanoseconds delay();  // of a message or an I/O

  // Faults
  void kill(MemberSlot member);
  void cut(Nanoseconds down_for);
  void lose_record(MemberSlot member, Nanoseconds time);  // fenced after 5 s, taken for down after 7 s
  void end_faults();

  Node& node(MemberSlot member) { return *nodes_.at(member); }
  unsigned running() const;
  void check(const Image& image, const char* when);  // against the shadow
  void write_page(Image& image, std::uint64_t page);
  void guest_writes();  // by its CPUs, again and again

  z::VirtualClock clock;
  GuestRecord record{GuestState::running, source, {}, 1};
  RecordFault next_swap = RecordFault::none;
  std::set<MemberSlot> down;  // by lease
  std::vector<std::byte> shadow;
  std::vector<std::string> violations;
  std::vector<Report> ended;
  std::vector<std::string> refused;
  std::function<void(std::uint64_t)> on_step;
  std::uint64_t steps = 0;
  bool is_deaf = false;              // messages vanish
  std::uint64_t damage_message = 0;  // turns a bit of the n-th message
  Nanoseconds write_interval = 300us;
  unsigned writes_at_once = 1;
  bool is_jittery = false;   // delays are random, else all equal
  bool must_survive = true;  // a complete image was left when the last fault happened
  bool ran_at_destination = false;

 private:
  friend class Node;
  void deliver(MemberSlot to, std::vector<std::byte> bytes);
  void tell_link_lost(MemberSlot member);
  void check_invariants();

  std::mt19937_64 random_;
  std::map<std::pair<Nanoseconds, std::uint64_t>, std::function<void()>> events_;
  std::uint64_t next_event_ = 0;
  std::map<MemberSlot, std::unique_ptr<Node>> nodes_;
  bool is_link_up_ = true;
  std::uint64_t link_generation_ = 0;
  std::uint64_t cut_generation_ = 0;
  std::map<MemberSlot, Nanoseconds> last_arrival_;
  std::map<MemberSlot, std::uint64_t> loss_generation_;
  std::uint64_t messages_ = 0;
  std::uint64_t written_ = 0;
};

}  // namespace lgr::test
