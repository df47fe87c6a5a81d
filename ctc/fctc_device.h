#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "channel/device.h"
#include "ctc/adapter.h"
#include "ctc/link.h"

namespace ctc {

// Exactly one end of a link holds the adapter and so decides which of two commands came first.
enum class Role : std::uint8_t { arbiter, proxy };

// One side of a FICON channel-to-channel adapter (3088 model 1E). At the proxy end a command goes over the link with its
// data at once and its ending comes back, so the program cannot tell which end it is at.
class FctcDevice final : public channel::Device, private LinkEnd {
 public:
  FctcDevice(std::unique_ptr<Link> link, Role role);
  ~FctcDevice() override;

  std::string_view type() const override { return "fctc"; }
  std::string description() const override;
  std::string_view command_name(std::uint8_t command) const override;
  const channel::Vocabulary* vocabulary() const override;
  void attached(channel::Port& port) override;
  void begin_program() override;
  void end_program() override;
  channel::Ending execute(std::uint8_t command, channel::Transfer& data) override;
  channel::Sense sense() override;
  void signal(channel::Signal signal) override;
  std::vector<std::byte> save() const override;
  z::Result<> restore(std::span<const std::byte> state) override;

  // "linked" or why not.
  std::string link_state() const { return link_->state(); }

 private:
  // The command this side has issued, from `execute` until its ending is presented.
  struct Outstanding {
    std::uint32_t sequence;
    std::uint8_t code;
    Operation operation;
    bool channel_end_due = false;    // execute again and present channel end
    bool channel_end_given = false;  // the ending goes to Port::end_device
    std::optional<Action> ending{};
  };

  void linked() override;
  void lost() override;
  void received(Message message) override;

  channel::Ending execute_local(Operation operation, channel::Transfer& data);
  void issue(std::uint8_t code, Operation operation, channel::Transfer& data) Z_REQUIRES(mutex_);
  channel::Ending answer(channel::Transfer& data) Z_REQUIRES(mutex_);
  channel::Ending finish(channel::Transfer& data) Z_REQUIRES(mutex_);
  channel::Ending unit_check(std::uint8_t sense) Z_REQUIRES(mutex_);
  void perform(Adapter::Actions actions) Z_REQUIRES(mutex_);
  void take(Action action) Z_REQUIRES(mutex_);
  void take_ending(Action action) Z_REQUIRES(mutex_);

  const Role role_;
  mutable z::Mutex mutex_;
  Adapter adapter_ Z_GUARDED_BY(mutex_);  // used at the arbiter end, where this device is side x
  channel::Port* port_ Z_GUARDED_BY(mutex_) = nullptr;
  std::optional<Outstanding> outstanding_ Z_GUARDED_BY(mutex_);
  std::uint32_t sequence_ Z_GUARDED_BY(mutex_) = 0;
  std::uint32_t proxy_sequence_ Z_GUARDED_BY(mutex_) = 0;  // arbiter: last command of side y
  std::uint8_t sense_ Z_GUARDED_BY(mutex_) = 0;
  bool is_linked_ Z_GUARDED_BY(mutex_) = false;
  bool executing_ Z_GUARDED_BY(mutex_) = false;      // inside `execute`: no resume needed
  bool in_program_ Z_GUARDED_BY(mutex_) = false;
  bool attention_due_ Z_GUARDED_BY(mutex_) = false;  // came during a program; dropped when that meets the other's wish
  bool owes_device_end_ Z_GUARDED_BY(mutex_) = false;  // the program was told "not ready"
  std::unique_ptr<Link> link_;  // last: destroyed first, its thread calls into what stands above
};

// Two devices cabled to each other in this process.
std::pair<std::unique_ptr<channel::Device>, std::unique_ptr<channel::Device>> make_pair_in_process();

}  // namespace ctc
