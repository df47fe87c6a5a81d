#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lgr/destination.h"
#include "lgr/memory_image.h"
#include "lgr/report.h"
#include "lgr/services.h"
#include "lgr/wire.h"

namespace lgr {

// An offer as the destination read it.
struct IncomingOffer {
  static z::Result<IncomingOffer> decode(std::span<const std::byte> body);

  std::string userid, issuer;
  z::Pages storage;
  wire::Purpose purpose = wire::Purpose::move;
  cp::api::Forces forces;
  Style style = Style::synchronous;
  Limits limits;
  unsigned progress_every = 1;
  std::vector<std::byte> definition;
};

// A relocation to this member: feeds the Destination machine, does what it says, and stores the pages.
class Incoming : public std::enable_shared_from_this<Incoming> {
 public:
  using Ended = std::function<void(Incoming&)>;
  Incoming(std::uint64_t id, cp::api::MemberSlot from, IncomingOffer offer, Services services, Settings settings,
           Ended ended);

  void begin();
  void message(const wire::Message& message);
  void on(Destination::Event event);

  std::uint64_t id() const { return id_; }
  cp::api::MemberSlot from() const { return from_; }
  const IncomingOffer& offer() const { return offer_; }
  Destination::Phase phase() const { return destination_.phase(); }
  bool is_ended() const { return phase() >= Destination::Phase::running; }
  Report report() const;

 private:
  void perform(const action::SendAccepted&) { send(wire::Type::accepted); }
  void perform(const action::SendReady&) { send(wire::Type::ready); }
  void perform(const action::SendRunning&) { send(wire::Type::running); }
  void perform(const action::SendDiscarded& discarded);
  void perform(const action::SendCancelRequest& request);
  void perform(const action::SetRecordTimer& timer);
  void perform(const action::Activate&);
  void perform(const action::Discard&);
  void perform(const action::ReadRecord&);
  void perform(const action::SwapRecord& swap);
  void perform(const action::Finish& finish);

  z::Result<> take(const wire::Message& message);
  z::Result<> take_burst(std::span<const std::byte> body);
  z::Result<> take_pass_end(std::span<const std::byte> body);
  z::Result<> take_state(std::span<const std::byte> body);
  z::Result<> take_complete(std::span<const std::byte> body);
  z::Result<> check_receiving() const;
  std::vector<std::string> obstacles() const;
  void created(z::Result<std::unique_ptr<cp::api::SkeletonPort>> skeleton);
  void send(wire::Type type) { send(wire::encode(type, sender())); }
  void send(std::vector<std::byte> message);
  wire::Sender sender() const { return {id_, stage_, pass_}; }
  z::Nanoseconds now() const { return services_.clock.now(); }
  template <class Function>
  auto guarded(Function function);

  const std::uint64_t id_;
  const cp::api::MemberSlot from_;
  IncomingOffer offer_;
  Services services_;
  Settings settings_;
  Ended ended_;
  Destination destination_;
  std::unique_ptr<cp::api::SkeletonPort> skeleton_;
  std::optional<MemoryImage> image_;
  std::vector<std::byte> state_;

  std::deque<Destination::Event> events_;
  bool is_busy_ = false;
  std::optional<cp::api::Timers::Id> timer_;

  Stage stage_ = Stage::create_guest;  // as the source said last
  unsigned pass_ = 0;
  std::vector<PassReport> passes_;
  z::Nanoseconds begun_{};
  z::Nanoseconds pass_begun_{};
  z::Nanoseconds ended_at_{};
  std::uint64_t frames_before_pass_ = 0;
  EndCode code_ = EndCode::success;
  std::vector<std::string> lines_;
};

}  // namespace lgr
