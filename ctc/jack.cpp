#include "ctc/jack.h"

#include <array>
#include <atomic>
#include <deque>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "ctc/exchange.h"

namespace ctc {
namespace {

using Sides = std::array<Adapter::SideState, 2>;  // a jack's own, then the other's

std::uint8_t flags_of(Adapter::SideState state) {
  return static_cast<std::uint8_t>((state.is_ready ? 1 : 0) | (state.is_extended ? 2 : 0) | (state.end_of_file ? 4 : 0));
}

Adapter::SideState state_of(std::uint8_t flags) {
  return {.is_ready = (flags & 1) != 0, .is_extended = (flags & 2) != 0, .end_of_file = (flags & 4) != 0};
}

}  // namespace

// What outlives its jack in work that was posted.
struct Jack::Outlet {
  std::string name;
  LinkEnd* end = nullptr;
  std::shared_ptr<Coupling> coupling{};
  Side side = Side::x;
  std::optional<Sides> restored{};
  std::atomic<bool> is_linked = false;      // read by `send` and `state`, which any thread may call
  std::atomic<std::uint64_t> couplings = 0;  // counts them: what was sent to one does not reach the next
};

// The adapter between two jacks.
class Coupling {
 public:
  Coupling(Jack::Outlet& x, Jack::Outlet& y) : outlets_{&x, &y} {
    if (x.restored || y.restored) {
      const bool is_x = x.restored.has_value();
      const auto sides = *std::exchange((is_x ? x : y).restored, std::nullopt);
      adapter_.attach_as(Side::x, sides[is_x ? 0 : 1]);
      adapter_.attach_as(Side::y, sides[is_x ? 1 : 0]);
    } else {
      for (const auto side : {Side::x, Side::y}) adapter_.attach(side);
    }
  }

  Jack::Outlet& other(Side side) const { return *outlets_[1 - static_cast<std::size_t>(side)]; }
  Sides sides(Side mine) const { return {adapter_.state(mine), adapter_.state(ctc::other(mine))}; }

  void take(Side side, Message message) {
    if (is_held_) return held_.push_back({side, std::move(message)});
    auto& sequence = sequences_[static_cast<std::size_t>(side)];
    if (message.header.kind == MessageKind::command) sequence = message.header.sequence;
    for (auto& action : apply(adapter_, side, std::move(message))) {
      const auto to = static_cast<std::size_t>(action.side);
      outlets_[to]->end->received(message_of(std::move(action), sequences_[to]));
    }
  }

  void hold() { is_held_ = true; }
  void go_on() {
    is_held_ = false;
    for (auto& [side, message] : std::exchange(held_, {})) take(side, std::move(message));
  }

 private:
  Adapter adapter_;
  std::array<Jack::Outlet*, 2> outlets_;
  std::array<std::uint32_t, 2> sequences_{};  // of each side's last command
  bool is_held_ = false;
  std::deque<std::pair<Side, Message>> held_;
};

Jack::Jack(std::string name, Post post) : name_(std::move(name)), post_(std::move(post)), outlet_(std::make_shared<Outlet>(name_)) {}

Jack::~Jack() {
  outlet_->end = nullptr;
  uncouple();
}

void Jack::start(LinkEnd& end) {
  outlet_->end = &end;
  if (outlet_->coupling) end.linked();
}

void Jack::send(Message message) {
  if (!outlet_->is_linked) return;
  // A std::function is copied, a message is not.
  post_([weak = std::weak_ptr{outlet_}, couplings = outlet_->couplings.load(), sent = std::make_shared<Message>(std::move(message))] {
    const auto outlet = weak.lock();
    if (!outlet || !outlet->coupling || outlet->couplings != couplings) return;
    const auto coupling = outlet->coupling;
    coupling->take(outlet->side, std::move(*sent));
  });
}

std::string Jack::state() const { return outlet_->is_linked ? "linked" : "not coupled"; }

std::vector<std::byte> Jack::save() const {
  if (!outlet_->coupling) return {};
  z::ByteWriter state;
  for (const auto side : outlet_->coupling->sides(outlet_->side)) state.u8(flags_of(side));
  return std::move(state).bytes();
}

z::Result<> Jack::restore(std::span<const std::byte> bytes) {
  if (bytes.empty()) return {};
  z::ByteReader state{bytes};
  Sides sides;
  for (auto& side : sides) side = state_of(Z_TRY(state.u8()));
  outlet_->restored = sides;
  return {};
}

void Jack::couple(Jack& one, Jack& other) {
  Z_ASSERT(!one.is_coupled() && !other.is_coupled() && &one != &other);
  const auto coupling = std::make_shared<Coupling>(*one.outlet_, *other.outlet_);
  for (auto [jack, side] : {std::pair{&one, Side::x}, std::pair{&other, Side::y}}) {
    auto& outlet = *jack->outlet_;
    outlet.coupling = coupling;
    outlet.side = side;
    ++outlet.couplings;
    outlet.is_linked = true;
  }
  for (const auto* jack : {&one, &other})
    if (jack->outlet_->end != nullptr) jack->outlet_->end->linked();
}

void Jack::uncouple() {
  const auto coupling = outlet_->coupling;
  if (!coupling) return;
  for (auto* outlet : {&coupling->other(outlet_->side), outlet_.get()}) {
    outlet->is_linked = false;
    outlet->coupling.reset();
    if (outlet->end != nullptr) outlet->end->lost();
  }
}

bool Jack::is_coupled() const { return outlet_->coupling != nullptr; }

std::string Jack::coupled_to() const { return is_coupled() ? outlet_->coupling->other(outlet_->side).name : std::string{}; }

void Jack::hold() {
  if (outlet_->coupling) outlet_->coupling->hold();
}

void Jack::go_on() {
  if (const auto coupling = outlet_->coupling) coupling->go_on();
}

}  // namespace ctc
