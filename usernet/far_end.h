#pragma once

#include <cstdint>
#include <memory>

#include "base/mutex.h"
#include "ctc/link.h"

namespace usernet {

// A READ or WRITE.
struct Transfer {
  std::uint8_t code = 0;
  std::uint32_t count = 0;  // READ: bytes it can take
  ctc::Buffer data{};       // WRITE
};

// Which transfers a far end makes. Called by any thread, one at a time.
class Transfers {
 public:
  virtual bool are_wished() const = 0;
  virtual Transfer next() = 0;
  virtual void ended(ctc::Buffer data) = 0;

 protected:
  ~Transfers() = default;
};

// The far end of one of the guest's two CTCs: what another system's ctcm would do there. It sets extended mode, then repeats
// PREPARE and a transfer, as the guest's driver does at its end; PREPARE lets the two meet without an attention.
//
//   down --linked--> setting_mode --> idle --are_wished--> preparing --> transferring --> idle
//   down --linked, when resumed--> idle or preparing
//      any --refused--> refused --the guest is ready, retry--> setting_mode
class FarEnd final : private ctc::LinkEnd {
 public:
  FarEnd(std::unique_ptr<ctc::Link> link, Transfers& transfers) : transfers_(transfers), link_(std::move(link)) {
    link_->start(*this);
  }

  void wake();        // a transfer may be wished now
  void retry();       // begins again if refused. To be called about once a second
  void resume();     // the link that comes next leads to a guest whose driver is at work already: no mode is set
  void take_back();  // ends a transfer that finds no partner, and its data is lost

 private:
  enum class State : std::uint8_t { down, setting_mode, idle, preparing, transferring, refused };

  void linked() override;
  void lost() override;
  void received(ctc::Message message) override;

  void set_mode() Z_REQUIRES(mutex_);
  void go_on() Z_REQUIRES(mutex_);
  void take_ending(ctc::Message message) Z_REQUIRES(mutex_);
  void issue(State state, Transfer command) Z_REQUIRES(mutex_);

  Transfers& transfers_;
  z::Mutex mutex_;
  State state_ Z_GUARDED_BY(mutex_) = State::down;
  bool resumes_ Z_GUARDED_BY(mutex_) = false;
  std::uint32_t sequence_ Z_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<ctc::Link> link_;  // last: destroyed first, its thread calls into what stands above
};

}  // namespace usernet
