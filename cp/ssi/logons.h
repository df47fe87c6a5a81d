#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "cp/ssi/mode.h"
#include "cp/ssi/service.h"

namespace cp::ssi {

// What the registry must know of the cluster; Membership answers in production.
struct ClusterView {
  std::function<std::optional<api::MemberSlot>()> own_slot;
  std::function<std::vector<api::MemberSlot>()> joined_peers;
  std::function<std::vector<std::string>()> linked_nodes;
  std::function<std::string(api::MemberSlot)> name_of;
  std::function<std::optional<api::MemberSlot>(const std::string&)> slot_of;
};

struct SendLogonMessage { std::string node; std::vector<std::byte> bytes; };
struct ClaimEnded { std::uint64_t id; z::Result<> result; };
struct ReadyToVote {};
using LogonAction = std::variant<SendLogonMessage, ClaimEnded, ReadyToVote>;

// One logon of a userid in the cluster. A member claims a userid from all others before LOGON completes; each answers
// from what it knows. Two claims at once refuse each other, and each claimant tries again after a time that depends on
// its slot. Pure.
class LogonRegistry final : public Service {
 public:
  explicit LogonRegistry(ClusterView cluster) : cluster_(std::move(cluster)) {}

  // ClaimEnded names `id`. Held while the cluster is in flux, refused while it is safe.
  void claim(z::Nanoseconds now, const std::string& userid, std::uint64_t id);
  void release(const std::string& userid);    // logoff
  void take_over(const std::string& userid);  // a relocated guest runs here now
  std::optional<api::MemberSlot> owner(const std::string& userid) const;
  std::vector<std::string> users_of(api::MemberSlot member) const;

  // Events.
  void set_mode(z::Nanoseconds now, Mode mode);
  void message(z::Nanoseconds now, const std::string& node, std::span<const std::byte> bytes);
  void link_down(z::Nanoseconds now, const std::string& node);
  void timer(z::Nanoseconds now);
  std::optional<z::Nanoseconds> deadline() const;
  std::vector<LogonAction> actions();

  // Service.
  std::string_view name() const override { return "Logon"; }
  bool is_ready_to_vote() const override { return pending_.empty(); }
  std::vector<std::byte> describe() const override;
  z::Result<> prepare(api::MemberSlot member, std::span<const std::byte> description) override;
  void commit(api::MemberSlot member) override;
  void abort(api::MemberSlot member) override { prepared_.erase(member); }
  void resynchronize(api::MemberSlot member, std::span<const std::byte> description) override;
  void member_gone(api::MemberSlot member) override;

 private:
  enum class Kind : std::uint16_t { claim = 1, granted = 2, refused = 3, contended = 4, owns = 5, released = 6 };
  struct Message { Kind kind; std::uint64_t epoch; api::MemberSlot owner; std::string userid; };
  struct Owner {
    api::MemberSlot member;
    std::uint64_t epoch = 0;
    bool is_claiming = false;  // its claim is granted here, others may yet refuse it
  };
  struct Waiting { std::string userid; std::uint64_t id; unsigned attempt; z::Nanoseconds not_before; };
  struct Pending { Waiting request; std::uint64_t epoch; std::set<api::MemberSlot> unanswered; };
  using List = std::map<std::string, std::uint64_t>;  // epoch by userid

  void start_waiting(z::Nanoseconds now);
  void begin_claim(Waiting request);
  void answer_claim(const std::string& node, api::MemberSlot from, const Message& message);
  void take_answer(z::Nanoseconds now, api::MemberSlot from, const Message& message);
  void complete_if_answered(const std::string& userid);
  void give_up(const std::string& userid);
  void replace(api::MemberSlot member, const List& list);
  void send(const std::string& node, const Message& message);
  void broadcast(const Message& message);
  void refuse(const Waiting& request, std::string why);
  static std::vector<std::byte> encode(const Message& message);
  static z::Result<Message> decode(std::span<const std::byte> bytes);
  static z::Result<List> decode_list(std::span<const std::byte> bytes);

  ClusterView cluster_;
  Mode mode_ = Mode::safe;
  std::map<std::string, Owner> owners_;
  std::uint64_t last_epoch_ = 0;  // the highest seen
  std::vector<Waiting> waiting_;
  std::map<std::string, Pending> pending_;
  std::map<api::MemberSlot, List> prepared_;
  std::vector<LogonAction> actions_;
};

}  // namespace cp::ssi
