#pragma once

#include <deque>
#include <functional>

#include "base/clock.h"
#include "cp/api/guest_records.h"
#include "cp/io/real_io.h"
#include "cp/pdr/guest_block.h"

namespace cp::pdr {

// Guest-ownership entries on their real device. A change: RESERVE and read both copies of the bucket; write the stale copy; RELEASE. A
// member that dies in between holds nothing, since a reserve ends with its process, and has left one copy whole. One
// operation at a time. On the event loop.
class GuestDriver final : public api::GuestRecords {
 public:
  GuestDriver(RealIo& io, z::DeviceNumber device, const z::Clock& clock);

  void read(const std::string& userid, Read done) override;
  void compare_and_set(const std::string& userid, api::GuestRecord expected, api::GuestRecord desired, Swapped done) override;

 private:
  struct Change {
    std::string userid;
    api::GuestRecord expected, desired;
    Swapped done;
  };
  enum class Hold : std::uint8_t { no, reserve };
  using Loaded = std::function<void(z::Result<GuestBlock>)>;

  void enqueue(std::function<void()> operation);
  void next();
  void load(unsigned bucket, Hold hold, Loaded done);
  void change(const Change& change, GuestBlock block);
  void write_copy(const Change& change, const GuestBlock& block);
  void release(Swapped done, api::Swap result);

  RealIo& io_;
  const z::DeviceNumber device_;
  const z::Clock& clock_;
  IoArea area_;
  std::deque<std::function<void()>> queue_;
  bool is_busy_ = false;
};

}  // namespace cp::pdr
