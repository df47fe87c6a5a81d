#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "lgr/incoming.h"
#include "lgr/outgoing.h"

namespace lgr {

struct LimitsChange {  // what MODIFY names; nothing: unchanged
  std::optional<std::optional<z::Nanoseconds>> max_total, max_quiesce;
};

enum class Rejection : std::uint8_t { not_logged_on, already_relocating, destination_is_here, destination_not_joined };

// All relocations of a member, outgoing and incoming. On CP's event loop; callbacks may come before a call returns.
class Relocations {
 public:
  using Obstacles = std::function<void(std::vector<std::string>)>;

  Relocations(Services services, Settings settings) : services_(services), settings_(settings) {}
  ~Relocations();
  Relocations(const Relocations&) = delete;
  Relocations& operator=(const Relocations&) = delete;

  // VMRELOCATE. Both check on both members; nothing moves for a test.
  std::expected<void, Rejection> test(const std::string& userid, cp::api::MemberSlot to, cp::api::Forces forces,
                                      Obstacles told);
  std::expected<void, Rejection> move(MoveRequest request, MoveObserver observer);
  // False when there is no such relocation. A cancel works from both members and may come too late.
  bool cancel(const std::string& userid, EndCode code, const std::string& by);
  bool modify(const std::string& userid, const LimitsChange& change);  // at the source
  std::vector<Report> reports() const;                                 // under way
  bool is_moving(const std::string& userid) const;
  const std::deque<Report>& history() const { return history_; }  // ended, newest last

  // Events of the cluster and of CP.
  void message(cp::api::MemberSlot from, std::span<const std::byte> bytes);
  void link_lost(cp::api::MemberSlot member);
  void member_down(cp::api::MemberSlot member);
  // The guest is about to be reset or logged off. `gone` is called when relocation no longer refers to it; it may then
  // live elsewhere (GuestHost::find is null).
  void guest_leaving(const std::string& userid, std::function<void()> gone);

 private:
  struct Test {
    cp::api::MemberSlot to;
    Obstacles told;
  };
  struct IncomingKey {
    cp::api::MemberSlot from;
    std::uint64_t id;
    auto operator<=>(const IncomingKey&) const = default;
  };

  std::expected<void, Rejection> check(const std::string& userid, cp::api::MemberSlot to) const;
  std::uint64_t next_id();
  void offered(cp::api::MemberSlot from, const wire::Message& message);
  void answer_test(cp::api::MemberSlot from, std::uint64_t id, const IncomingOffer& offer);
  bool make_room_for(cp::api::MemberSlot from, const IncomingOffer& offer);
  void test_unanswered(std::uint64_t id);
  void tell_test(std::map<std::uint64_t, Test>::iterator test, const wire::Message& message);
  void unknown_relocation(cp::api::MemberSlot from, const wire::Message& message);
  void damaged_message(cp::api::MemberSlot from, const z::Error& error);
  void send(cp::api::MemberSlot to, std::vector<std::byte> message);
  void outgoing_ended(Outgoing& outgoing);
  void incoming_ended(Incoming& incoming);
  void remember(Report report);
  std::vector<std::shared_ptr<Outgoing>> outgoing_to(cp::api::MemberSlot member) const;
  std::vector<std::shared_ptr<Incoming>> incoming_from(cp::api::MemberSlot member) const;
  std::shared_ptr<Outgoing> outgoing_of(const std::string& userid) const;
  std::shared_ptr<Incoming> incoming_of(const std::string& userid) const;

  Services services_;
  Settings settings_;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, std::shared_ptr<Outgoing>> outgoing_;
  std::map<IncomingKey, std::shared_ptr<Incoming>> incoming_;
  std::map<std::uint64_t, Test> tests_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // timers do nothing once it is gone
  std::set<IncomingKey> activated_;                        // run here: what to tell a source that asks late
  std::deque<Report> history_;
};

}  // namespace lgr
