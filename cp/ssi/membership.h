#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cp/api/members.h"
#include "cp/pdr/record.h"
#include "cp/ssi/message.h"
#include "cp/ssi/mode.h"
#include "cp/ssi/service.h"

namespace cp::ssi {

struct Timing {
  z::Nanoseconds heartbeat = std::chrono::seconds{1};
  z::Nanoseconds lease = std::chrono::seconds{5};      // counted by its holder from before it renews
  z::Nanoseconds take_over = std::chrono::seconds{7};  // counted by others from when they see it renewed
  z::Nanoseconds lock_retry = std::chrono::milliseconds{20};
  z::Nanoseconds lock_steal = std::chrono::seconds{2};  // less than the lease: else a dead lock holder fences everybody
  z::Nanoseconds vote = std::chrono::seconds{10};
};

struct MembershipOptions {
  std::string ssi_name;
  std::string own_name;
  // Of the SSI statement: a member that a fresh PDR does not list enters itself there, if that slot is available.
  std::optional<api::MemberSlot> configured_slot{};
  Timing timing{};
  enum class Start : std::uint8_t { join, repair } start = Start::join;
};

struct Moment {
  z::Nanoseconds now;  // never steps back
  z::TodClock tod;     // for stamps that people read
};

// Actions.
struct LockPdr { pdr::Key lock; std::optional<pdr::Key> steal; };
struct WritePdr { pdr::Key lock; pdr::Key unlocked; std::vector<std::byte> data; };
struct SendMessage { std::string node; std::vector<std::byte> bytes; };
struct ConsoleMessage { std::string text; };
struct ModeChanged { Mode mode; };
struct LeaseLost {};                            // nothing of a guest may run until
struct LeaseRenewed {};                         // this
struct FenceSelf { std::string reason; };       // others go on without this member: it must stop at once, for good
struct MemberFenced { api::MemberSlot slot; };  // what it ran runs no more
struct JoinEnded { enum class Outcome : std::uint8_t { joined, isolated } outcome; };
struct LeaveEnded {};
struct CommandEnded { std::uint64_t id; z::Result<> result; };
using MembershipAction = std::variant<LockPdr, WritePdr, SendMessage, ConsoleMessage, ModeChanged, LeaseLost, LeaseRenewed,
                                      FenceSelf, MemberFenced, JoinEnded, LeaveEnded, CommandEnded>;

// One member of a cluster. Pure: events in by functions, actions out in order.
//
//   down --start--> settling --no former life of ours--> waiting --our turn, all joined members linked--> joining
//   joining --all services of all members agree--> joined <--link to a running member lost / back--> suspended
//   joining --refused--> isolated      joining --member lost, time-out--> waiting
//   joined, suspended --SHUTDOWN--> leaving --> left
//   any with an entry in the PDR --entry says Unknown, Down or another incarnation--> fenced
//
// The PDR decides: each change of state is made while holding its lock, and counts once the write has ended well.
// Everybody rewrites its entry each heartbeat, which is also how all see each other. Messages only speed things up.
// A member runs guests only while it holds a lease, `lease` from the beginning of its last successful renewal. One whose
// entry has not moved for `take_over` is marked Unknown by whoever sees it first; from then on it can only fence itself.
class Membership {
 public:
  Membership(MembershipOptions options, std::vector<Service*> services);

  // Events.
  void start(Moment at);
  void timer(Moment at);
  void pdr_locked(Moment at, std::span<const std::byte> data);
  void pdr_refused(Moment at, const pdr::Key& holder);
  void pdr_written(Moment at);
  void pdr_lock_lost(Moment at);
  void pdr_failed(Moment at, std::string error);
  void link_up(Moment at, const std::string& node);
  void link_down(Moment at, const std::string& node);
  void message(Moment at, const std::string& node, std::span<const std::byte> bytes);
  void shutdown(Moment at);
  void service_changed(Moment at);  // a service may have become ready to vote
  // Commands; CommandEnded names `id`.
  void declare_down(Moment at, const std::string& name, std::uint64_t id);
  void set_slot(Moment at, api::MemberSlot slot, const std::string& name, std::uint64_t id);  // empty: AVAILABLE

  std::vector<MembershipAction> actions();
  std::optional<z::Nanoseconds> deadline() const;

  // What is known.
  Mode mode() const { return mode_; }
  pdr::MemberState own_state() const;
  std::optional<api::MemberSlot> own_slot() const { return own_slot_; }
  std::uint64_t incarnation() const { return incarnation_; }
  z::Nanoseconds lease_expiry() const { return lease_until_; }
  bool has_lease() const { return has_lease_; }
  const pdr::Record& record() const { return known_; }  // as last written or read
  bool is_in_contact(api::MemberSlot member) const;
  bool is_fenced(api::MemberSlot member) const;  // down, or marked as unknown: nothing of it runs
  std::vector<api::MemberSlot> joined_peers() const;
  std::vector<std::string> linked_nodes() const;
  bool is_fenced_itself() const { return phase_ == Phase::fenced; }
  bool is_member() const { return phase_ == Phase::member; }
  z::TodClock received_heartbeat(api::MemberSlot member) const;

 private:
  enum class Phase : std::uint8_t { down, settling, waiting, joining, member, leaving, left, isolated, fenced };
  enum class Cycle : std::uint8_t { idle, locking, writing };
  enum class Decision : std::uint8_t { open, join, isolate, retry };

  struct Peer {  // by slot
    std::uint64_t seen_incarnation = 0, seen_heartbeats = 0;
    z::Nanoseconds seen_at{};
    z::TodClock received{};          // last heartbeat message
  };
  struct Contact {  // by node name, while the link is up
    bool established = false;
    bool resync_sent = false;
    std::optional<ClusterMessage> resync;        // received, not used yet
    std::optional<ClusterMessage> vote;          // we join: what it said
    bool asked = false;                          // we join: request sent
    bool has_our_vote = false;                   // it joins: we said proceed
    std::optional<ClusterMessage> join_request;  // it joins, we have not voted yet
  };
  struct VotedJoin { std::string node; std::uint64_t incarnation; };
  struct Command { std::uint64_t id; bool is_down; std::string name; api::MemberSlot slot; };

  // membership.cpp: the PDR cycle and time
  void begin_cycle(Moment at);
  void cycle_soon(Moment at);
  void end_cycle(z::Nanoseconds next);
  void renew_lease(Moment at);
  void check_lease(Moment at);
  // update.cpp: what changes while the lock is held
  void update(Moment at, pdr::Record& record);
  void observe(Moment at, const pdr::Record& record);
  void enter_own_name(pdr::Record& record) const;
  void settle_former_life(Moment at, const pdr::Record& record);
  void mark_stopped_members(Moment at, pdr::Record& record);
  bool is_stale(Moment at, api::MemberSlot slot) const;
  void update_self(Moment at, pdr::Record& record);
  void try_to_join(Moment at, pdr::Record& record);
  void beat(Moment at, pdr::Record& record) const;
  void end_join(pdr::Record& record);
  void update_as_member(pdr::Record& record);
  void run_commands(Moment at, pdr::Record& record);
  z::Result<> run_command(Moment at, pdr::Record& record, const Command& command);
  bool entry_is_ours(const pdr::Record& record) const;
  std::optional<std::string> obstacle_to_join(const pdr::Record& record) const;
  // settle.cpp: what follows from what is known now
  void adopt(Moment at, pdr::Record record);
  void adopt_own_state(Moment at);
  void take_over_contacts();
  void give_up_contacts();
  void report_change(api::MemberSlot slot, const pdr::Member& before, const pdr::Member& after);
  void settle(Moment at);
  void settle_join_of_self(Moment at);
  void settle_joins_of_others(Moment at);
  void settle_resynchronization();
  void vote_on(Moment at, const std::string& node, Contact& contact);
  void end_voted_join();
  void refresh_mode();
  void fence(std::string reason);
  void decide(Moment at, Decision decision);

  bool is_active() const;  // has an entry in the PDR that others rely on
  pdr::Member* self(pdr::Record& record) const { return own_slot_ ? &record.member(*own_slot_) : nullptr; }
  bool is_linked(const std::string& node) const { return contacts_.contains(node); }
  bool lost_contact(const pdr::Record& record) const;
  bool someone_changes(const pdr::Record& record) const;  // another member joins or leaves
  std::vector<std::string> nodes_to_ask() const;
  ClusterMessage message_of(MessageKind kind) const;
  void send(const std::string& node, const ClusterMessage& message);
  void broadcast(const ClusterMessage& message);
  void console(std::string text);

  MembershipOptions options_;
  std::vector<Service*> services_;
  Phase phase_ = Phase::down;
  std::optional<api::MemberSlot> own_slot_;
  std::uint64_t incarnation_ = 0;
  pdr::Record known_;
  Mode mode_ = Mode::safe;
  bool mode_is_announced_ = false;
  std::map<api::MemberSlot, Peer> peers_;
  std::map<std::string, Contact> contacts_;

  Cycle cycle_ = Cycle::idle;
  z::Nanoseconds next_cycle_{};
  z::Nanoseconds cycle_began_{};
  pdr::Key lock_{};
  std::uint64_t ticket_ = 0;
  std::optional<pdr::Key> refused_by_;
  z::Nanoseconds refused_since_{};
  std::optional<pdr::Record> written_;  // what is being written; none: the record as read is no good
  bool again_ = false;                  // another cycle is wanted as soon as this one ends
  bool pdr_in_error_ = false;
  bool has_record_ = false;
  unsigned moves_of_former_life_ = 0;  // of our entry, seen while settling

  z::Nanoseconds lease_until_{};
  bool has_lease_ = false;

  Decision decision_ = Decision::open;
  std::string refusing_service_;
  std::optional<z::Nanoseconds> vote_deadline_;
  std::string wait_reason_;
  std::optional<VotedJoin> voted_join_;
  bool shutdown_requested_ = false;
  std::vector<Command> commands_;
  std::vector<CommandEnded> ended_commands_;  // results that count once the write has ended well

  std::vector<MembershipAction> actions_;
};

}  // namespace cp::ssi
