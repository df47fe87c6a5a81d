#include "ctc/paced_link.h"

#include <fmt/format.h>

#include <chrono>

namespace ctc {

PacedLink::PacedLink(std::unique_ptr<Link> link, std::shared_ptr<ChannelPath> path)
    : lane_(path), rate_(path->rate()), link_(std::move(link)) {}

PacedLink::~PacedLink() {
  const z::Lock lock{mutex_};
  stopping_ = true;
  changed_.notify_all();
}

void PacedLink::start(LinkEnd& end) {
  end_ = &end;
  thread_ = std::jthread{[this] { deliver(); }};
  link_->start(*this);
}

std::string PacedLink::description() const {
  return fmt::format("{} at {:.0f} MB/s", link_->description(), rate_.value / 1e6);
}

void PacedLink::send(Message message) {
  const z::Lock lock{mutex_};
  const z::Bytes size{sizeof(MessageHeader) + message.data.size()};
  under_way_.push_back({lane_.arrival(clock_.now(), size), std::move(message)});
  changed_.notify_all();
}

void PacedLink::deliver() {
  const z::Lock lock{mutex_};
  while (!stopping_) {
    if (under_way_.empty()) {
      changed_.wait(mutex_);
    } else if (const auto at = under_way_.front().at; at > clock_.now()) {
      changed_.wait_until(mutex_, std::chrono::steady_clock::time_point{at});
    } else {
      link_->send(std::move(under_way_.front().message));
      under_way_.pop_front();
    }
  }
}

void PacedLink::drop() {
  const z::Lock lock{mutex_};
  under_way_.clear();
}

void PacedLink::linked() {
  drop();
  end_->linked();
}

void PacedLink::lost() {
  drop();
  end_->lost();
}

}  // namespace ctc
