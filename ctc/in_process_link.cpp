#include "ctc/in_process_link.h"

#include <array>
#include <deque>
#include <optional>
#include <thread>

#include "base/mutex.h"

namespace ctc {
namespace {

// Shared by the two ends. Each has a mailbox of what its LinkEnd is to be told, and the one thread that tells it.
class Wire {
 public:
  struct Event {
    enum class Kind : std::uint8_t { linked, lost, message } kind;
    Message message;
  };

  void open(std::size_t end) {
    const z::Lock lock{mutex_};
    open_[end] = true;
    if (!open_[0] || !open_[1]) return;
    linked_ = true;
    for (const std::size_t e : {0, 1}) post(e, {Event::Kind::linked, {}});
  }
  void close(std::size_t end) {
    const z::Lock lock{mutex_};
    open_[end] = false;
    closed_[end] = true;
    events_[end].clear();
    if (std::exchange(linked_, false)) post(1 - end, {Event::Kind::lost, {}});
    arrived_[end].notify_one();
  }
  void send_from(std::size_t end, Message message) {
    const z::Lock lock{mutex_};
    if (linked_) post(1 - end, {Event::Kind::message, std::move(message)});
  }
  // Waits for the next event of this end; none once it is closed.
  std::optional<Event> take(std::size_t end) {
    const z::Lock lock{mutex_};
    while (!closed_[end] && events_[end].empty()) arrived_[end].wait(mutex_);
    if (closed_[end]) return std::nullopt;
    auto event = std::move(events_[end].front());
    events_[end].pop_front();
    return event;
  }
  bool is_linked() const {
    const z::Lock lock{mutex_};
    return linked_;
  }

 private:
  void post(std::size_t end, Event event) Z_REQUIRES(mutex_) {
    events_[end].push_back(std::move(event));
    arrived_[end].notify_one();
  }

  mutable z::Mutex mutex_;
  std::array<z::Condition, 2> arrived_;
  std::array<std::deque<Event>, 2> events_ Z_GUARDED_BY(mutex_);
  std::array<bool, 2> open_ Z_GUARDED_BY(mutex_){};
  std::array<bool, 2> closed_ Z_GUARDED_BY(mutex_){};
  bool linked_ Z_GUARDED_BY(mutex_) = false;
};

class InProcessLink final : public Link {
 public:
  InProcessLink(std::shared_ptr<Wire> wire, std::size_t end) : wire_(std::move(wire)), end_(end) {}
  ~InProcessLink() override { wire_->close(end_); }

  void start(LinkEnd& end) override {
    thread_ = std::jthread{[this, &end] { deliver(end); }};
    wire_->open(end_);
  }
  void send(Message message) override { wire_->send_from(end_, std::move(message)); }
  std::string description() const override { return "link=in-process"; }
  std::string state() const override { return wire_->is_linked() ? "linked" : "the other end is closed"; }

 private:
  void deliver(LinkEnd& end) {
    while (auto event = wire_->take(end_)) {
      switch (event->kind) {
        case Wire::Event::Kind::linked: end.linked(); break;
        case Wire::Event::Kind::lost: end.lost(); break;
        case Wire::Event::Kind::message: end.received(std::move(event->message)); break;
      }
    }
  }

  std::shared_ptr<Wire> wire_;
  std::size_t end_;
  std::jthread thread_;  // last: joined first, once the destructor has closed the wire
};

}  // namespace

std::pair<std::unique_ptr<Link>, std::unique_ptr<Link>> make_in_process_link() {
  auto wire = std::make_shared<Wire>();
  return {std::make_unique<InProcessLink>(wire, 0), std::make_unique<InProcessLink>(wire, 1)};
}

}  // namespace ctc
