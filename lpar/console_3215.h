#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "channel/standard_device.h"

namespace lpar {

// A 3215 console printer-keyboard. The guest writes lines; the operator's lines wait until a READ INQUIRY takes them, and
// an attention tells the guest of one that nobody is reading yet.
class Console3215 final : public channel::StandardDevice {
 public:
  // Takes text that the guest wrote, in ISO 8859-1, a carrier return as '\n'. Called on the threads that do I/O.
  using Sink = std::function<void(std::string_view text)>;

  explicit Console3215(Sink sink) : sink_(std::move(sink)) {}

  // A line that the operator typed, without its end. Thread-safe.
  void input(std::string line) Z_EXCLUDES(lock_);

  std::string_view type() const override { return "3215"; }
  std::string description() const override { return "3215"; }
  std::string_view command_name(std::uint8_t command) const override;
  void attached(channel::Port& port) override Z_EXCLUDES(lock_);
  void signal(channel::Signal signal) override Z_EXCLUDES(lock_);
  std::vector<std::byte> save() const override Z_EXCLUDES(lock_);
  z::Result<> restore(std::span<const std::byte> state) override Z_EXCLUDES(lock_);

 private:
  enum class CarrierReturn : std::uint8_t { no, yes };

  channel::Identity identity() const override { return {0x3215, 0x00, 0x3215, 0x00}; }
  channel::Ending perform(std::uint8_t command, channel::Transfer& data) override;
  channel::Ending write(channel::Transfer& data, CarrierReturn carrier_return) const;
  void announce_unread() Z_EXCLUDES(lock_);
  channel::Ending read_inquiry(channel::Transfer& data) Z_EXCLUDES(lock_);

  const Sink sink_;
  mutable z::Mutex lock_;
  channel::Port* port_ Z_GUARDED_BY(lock_) = nullptr;
  std::deque<std::string> lines_ Z_GUARDED_BY(lock_);  // typed and not read
  bool reading_ Z_GUARDED_BY(lock_) = false;           // a READ INQUIRY waits for a line
};

}  // namespace lpar
