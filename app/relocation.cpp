#include "app/relocation.h"

#include <fmt/format.h>

#include "lgr/relocations.h"

namespace app {
namespace {

namespace api = cp::api;
using cp::Message;

constexpr unsigned rejected = 1926;  // HCP1926E: there is no such relocation

lgr::Limits limits_of(const cp::RelocationLimits& limits) {
  lgr::Limits result;
  result.immediate = limits.is_immediate ? lgr::Immediate::yes : lgr::Immediate::no;
  result.max_total = limits.total;
  result.max_quiesce = limits.quiesce;
  return result;
}

cp::RelocationLimits limits_of(const lgr::Limits& limits, lgr::Style style) {
  const auto seconds = [](const std::optional<z::Nanoseconds>& time) -> cp::RelocationLimits::Limit {
    if (!time) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::seconds>(*time);
  };
  using Style = cp::RelocationLimits::Style;
  return {.style = style == lgr::Style::synchronous ? Style::synchronous : Style::asynchronous,
          .is_immediate = limits.immediate == lgr::Immediate::yes,
          .total = seconds(limits.max_total), .quiesce = seconds(limits.max_quiesce)};
}

api::Forces forces_of(const cp::RelocationForces& forces) {
  api::Forces result;
  if (forces.architecture) result.bits |= api::Forces::architecture;
  if (forces.domain) result.bits |= api::Forces::domain;
  if (forces.storage) result.bits |= api::Forces::storage;
  return result;
}

cp::MoveEnd end_of(const lgr::Report& report) {
  cp::MoveEnd end{.from = report.from, .reason = {}, .by = report.cancelled_by, .on = report.cancelled_on};
  if (report.code == lgr::EndCode::success) return end;
  end.kind = report.code == lgr::EndCode::cancelled ? cp::MoveEnd::Kind::cancelled : cp::MoveEnd::Kind::failed;
  end.reason = report.lines.empty() ? std::string{lgr::text_of(report.code)} : fmt::format("{}", fmt::join(report.lines, "; "));
  return end;
}

cp::RelocationStatus status_of(const lgr::Report& report) {
  return {.userid = report.userid, .from = report.from, .to = report.to, .by = report.issuer, .phase = report.status_word(),
          .elapsed = std::chrono::duration_cast<std::chrono::seconds>(report.elapsed),
          .limits = limits_of(report.limits, report.style), .pages_sent = report.pages_sent().value,
          .passes = static_cast<unsigned>(report.passes.size()), .pages_in_this_pass = report.pass_sent.value};
}

// ISFC as relocation's transport.
class IsfcTransport final : public api::Transport {
 public:
  explicit IsfcTransport(cp::Cluster& cluster) : cluster_(cluster) {}
  void send(api::MemberSlot to, api::OutgoingMessage message) override {
    cluster_.send(cluster_.members()->name(to), cp::isfc::Endpoint::relocation,
                  {.head = std::move(message.head), .parts = std::move(message.parts)}, std::move(message.sent));
  }

 private:
  cp::Cluster& cluster_;
};

class RelocationMover final : public cp::Mover {
 public:
  explicit RelocationMover(cp::Member& member) : member_(member), transport_(member.cluster()) {}

  void test(cp::RelocationTarget target, cp::Told<std::vector<std::string>> told) override {
    const auto to = destination(target.member);
    if (!to) return told(std::unexpected{to.error()});
    const auto accepted = relocations().test(target.userid, *to, forces_of(target.forces),
                                             [told](std::vector<std::string> obstacles) { told(std::move(obstacles)); });
    if (!accepted) told(std::unexpected{message_of(accepted.error(), target)});
  }

  void move(cp::RelocationTarget target, cp::RelocationLimits limits, std::string by, cp::MoveEvents events) override {
    const auto to = destination(target.member);
    if (!to) return events.rejected(to.error());
    lgr::MoveRequest request{.userid = target.userid, .to = *to, .issuer = std::move(by), .forces = forces_of(target.forces),
                             .limits = limits_of(limits),
                             .style = limits.style == cp::RelocationLimits::Style::synchronous ? lgr::Style::synchronous
                                                                                               : lgr::Style::asynchronous};
    lgr::MoveObserver observer{.started = [events, from = member_.name()] { events.started(from); },
                               .refused = events.refused,
                               .progress = [](const lgr::Report&) {},
                               .ended = [this, events](const lgr::Report& report) {
                                 member_.record_relocation(lgr::to_json(report));
                                 events.ended(end_of(report));
                               }};
    const auto accepted = relocations().move(std::move(request), std::move(observer));
    if (!accepted) events.rejected(message_of(accepted.error(), target));
  }

  std::vector<cp::RelocationStatus> relocations_under_way() const override {
    std::vector<cp::RelocationStatus> result;
    if (!relocations_) return result;
    for (const auto& report : relocations_->reports()) result.push_back(status_of(report));
    return result;
  }

  void modify(std::string userid, cp::LimitChange change, cp::Done done) override {
    lgr::LimitsChange limits;
    if (change.total) limits.max_total = *change.total;
    if (change.quiesce) limits.max_quiesce = *change.quiesce;
    done(relocations_ && relocations_->modify(userid, limits) ? cp::Answer<>{} : cp::refusal(rejected, userid));
  }

  void cancel(std::string userid, std::string by, cp::Done done) override {
    const bool found = relocations_ && relocations_->cancel(userid, lgr::EndCode::cancelled, by);
    done(found ? cp::Answer<>{} : cp::refusal(rejected, userid));
  }

  bool is_moving(const std::string& userid) const override { return relocations_ && relocations_->is_moving(userid); }

  void message(const std::string& from, std::span<const std::byte> bytes) override {
    if (const auto slot = member_.cluster().slot_of(from)) relocations().message(*slot, bytes);
  }
  void link_lost(const std::string& member) override {
    if (const auto slot = member_.cluster().slot_of(member); slot && relocations_) relocations_->link_lost(*slot);
  }
  void member_down(const std::string& member) override {
    if (const auto slot = member_.cluster().slot_of(member); slot && relocations_) relocations_->member_down(*slot);
  }

 private:
  cp::Answer<api::MemberSlot> destination(const std::string& member) {
    if (member_.cluster().members() == nullptr)
      return std::unexpected{Message{3008, "HCPRLM3008E This system is not a member of an SSI cluster"}};
    const auto slot = member_.cluster().slot_of(member);
    if (!slot) return std::unexpected{Message{1927, fmt::format("HCPRLM1927E {} is not a member of this SSI cluster", member)}};
    return *slot;
  }

  static Message message_of(lgr::Rejection rejection, const cp::RelocationTarget& target) {
    switch (rejection) {
      case lgr::Rejection::not_logged_on: return cp::message(45, target.userid);
      case lgr::Rejection::already_relocating:
        return {1928, fmt::format("HCPRLM1928E {} is already being relocated", target.userid)};
      case lgr::Rejection::destination_is_here: return {1929, fmt::format("HCPRLM1929E {} runs on {} already", target.userid, target.member)};
      case lgr::Rejection::destination_not_joined:
        return {1930, fmt::format("HCPRLM1930E {} is not joined to the SSI cluster", target.member)};
    }
    return {};
  }

  // Made at first use: the cluster's parts that it works on exist once the IPL has opened the PDR.
  lgr::Relocations& relocations() {
    if (!relocations_) {
      auto& cluster = member_.cluster();
      relocations_ = std::make_unique<lgr::Relocations>(
          lgr::Services{.members = *cluster.members(), .guests = member_.guests(), .transport = transport_,
                        .records = *cluster.guest_records(), .eligibility = member_.eligibility(), .timers = member_.loop(),
                        .clock = member_.loop().clock()},
          lgr::Settings{});
    }
    return *relocations_;
  }

  cp::Member& member_;
  IsfcTransport transport_;
  std::unique_ptr<lgr::Relocations> relocations_;
};

}  // namespace

std::unique_ptr<cp::Mover> make_mover(cp::Member& member) { return std::make_unique<RelocationMover>(member); }

}  // namespace app
