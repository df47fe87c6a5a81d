#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "cp/io/real_io.h"
#include "cp/isfc/write_program.h"

namespace cp::isfc {

// One CTC of a logical link: its channel programs and what they end with. On the event loop.
//
//   closed -> probing -> idle <-> writing            unit check in any of them -> closed, probed again after a while
//                         ^  \--> reading
//
// Attention means that the peer's WRITE waits for a READ, or that its READ waits for a WRITE: an attention may come when what it
// told of was read already, and then a READ is one too many. The peer, whose own READ in answer meets it with busy and attention,
// sends a filler that releases it. A WRITE that meets the peer's WRITE ends with busy and attention: the peer's is read first,
// then ours is written again (reference/isfc-ctc.md 2, write collision).
class CtcPort {
 public:
  struct Events {
    std::function<void()> opened;  // the peer's side is there
    std::function<void()> lost;
    std::function<void(std::span<const std::byte> block)> received;  // the block is there until the device is used again
    std::function<void()> written;
  };
  static constexpr z::Nanoseconds probe_again = std::chrono::milliseconds{500};

  // `largest`: bytes of a block.
  CtcPort(EventLoop& loop, RealIo& io, z::DeviceNumber device, std::size_t largest);
  ~CtcPort();
  CtcPort(const CtcPort&) = delete;
  CtcPort& operator=(const CtcPort&) = delete;

  z::DeviceNumber device() const { return device_; }
  z::Result<> open(Events events);
  void close();  // no event comes any more; may be opened again, its I/O storage stays
  // One write at a time. Pieces of a page or more that lie in partition storage stay there until `written` or `lost`; all others are
  // copied before it returns.
  void write(std::span<const std::span<const std::byte>> pieces);
  void reopen();  // closed, and probed again after a while; without a `lost`
  bool is_open() const { return state_ != State::closed && state_ != State::probing; }

 private:
  enum class State : std::uint8_t { closed, probing, idle, writing, reading, filling, delivering };

  void probe();
  void attention();
  void start_read();
  void start_write();
  void start_filler();
  void go_on();
  void probed(const IoEnd& end);
  void read_ended(const IoEnd& end);
  void write_ended(const IoEnd& end);
  void filler_ended(const IoEnd& end);
  void lose();
  void start(const IoArea& area, void (CtcPort::*ended)(const IoEnd&));

  EventLoop& loop_;
  RealIo& io_;
  const z::DeviceNumber device_;
  const std::size_t largest_;
  Events events_;
  IoArea control_, filler_, read_area_;
  WriteProgram write_program_;
  State state_ = State::closed;
  bool attention_ = false;      // a peer's WRITE waits
  bool peer_reads_ = false;     // a peer's READ waits
  bool write_waits_ = false;    // ours is composed in write_program_ and not written yet
  EventLoop::Id probe_timer_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(false);  // one for each time it is open
};

}  // namespace cp::isfc
