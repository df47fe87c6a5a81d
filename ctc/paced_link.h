#pragma once

#include <deque>
#include <memory>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"
#include "ctc/channel_path.h"
#include "ctc/link.h"

namespace ctc {

// A link whose messages leave when they would have arrived over a channel of limited speed. What is under way when the link is
// lost is lost with it.
class PacedLink final : public Link, private LinkEnd {
 public:
  PacedLink(std::unique_ptr<Link> link, std::shared_ptr<ChannelPath> path);
  ~PacedLink() override;

  void start(LinkEnd& end) override;
  void send(Message message) override;
  Buffer buffer(std::size_t size) override { return link_->buffer(size); }
  std::string description() const override;
  std::string state() const override { return link_->state(); }

 private:
  struct Due {
    z::Nanoseconds at;
    Message message;
  };

  void linked() override;
  void lost() override;
  void received(Message message) override { end_->received(std::move(message)); }

  void deliver();
  void drop();

  const z::HostClock clock_;
  LinkEnd* end_ = nullptr;
  z::Mutex mutex_;
  z::Condition changed_;
  ChannelPath::Lane lane_ Z_GUARDED_BY(mutex_);
  const z::BytesPerSecond rate_;
  std::deque<Due> under_way_ Z_GUARDED_BY(mutex_);
  bool stopping_ Z_GUARDED_BY(mutex_) = false;
  std::unique_ptr<Link> link_;  // destroyed before what stands above, into which its thread calls
  std::jthread thread_;         // and this before the link
};

}  // namespace ctc
