#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "base/address.h"
#include "cp/isfc/message.h"
#include "cp/isfc/wire.h"

namespace cp::isfc {

// The sending half of a logical link: cuts messages into frames, numbers them, keeps each until it is acknowledged and
// gives those of a lost device out again. Pure.
class Sender {
 public:
  using Token = std::uint64_t;
  struct Piece {
    FrameHeader header;
    std::vector<std::span<const std::byte>> data;
    std::shared_ptr<const void> owner;  // of the message's head
  };

  void queue(Endpoint endpoint, Message message, Token token);
  // Frames for one block of at most `room` bytes: first those that must be sent again.
  std::vector<Piece> take(z::DeviceNumber device, std::size_t room);
  bool has_frames() const;  // that the window lets go now
  void set_window(std::uint64_t bytes) { window_ = bytes; }
  // Every frame below `sequence` has arrived: the tokens of messages now complete.
  std::vector<Token> acknowledge(std::uint64_t sequence);
  // What was last written on it may be lost.
  void device_lost(z::DeviceNumber device);
  // Drops everything: the tokens of all messages.
  std::vector<Token> clear();
  std::uint64_t bytes_in_flight() const { return in_flight_bytes_; }

 private:
  struct Outgoing {
    Endpoint endpoint;
    Message message;
    Token token;
    std::uint64_t number = 0;
    std::size_t length = 0;
    std::size_t cut = 0;           // bytes given to frames so far
    std::size_t acknowledged = 0;  // bytes
  };
  struct Frame {
    std::shared_ptr<Outgoing> message;
    std::size_t offset = 0;
    std::size_t length = 0;
    z::DeviceNumber device;
  };
  Piece piece(std::uint64_t sequence, const Frame& frame) const;
  Frame cut(std::size_t room, z::DeviceNumber device);

  std::deque<std::shared_ptr<Outgoing>> waiting_;  // not wholly cut yet
  std::map<std::uint64_t, Frame> unacknowledged_;  // by sequence
  std::set<std::uint64_t> again_;                  // of those, to be sent on another device
  std::uint64_t next_sequence_ = 1;
  std::uint64_t next_message_ = 1;
  std::uint64_t window_ = 0;
  std::uint64_t in_flight_bytes_ = 0;
};

// The receiving half: puts messages together from frames in whatever order they come, drops what came before, delivers
// messages in the order in which they were sent. Pure.
class Receiver {
 public:
  struct Delivery {
    Endpoint endpoint;
    std::span<const std::byte> bytes;  // in the block that completed the message, or in `owned`
    std::vector<std::byte> owned;
  };
  // An error is a frame that contradicts the protocol.
  z::Result<> take(const FrameHeader& header, std::span<const std::byte> data);
  std::vector<Delivery> delivered();
  void keep();  // the block that frames were taken from goes
  std::uint64_t expected() const { return expected_; }  // first frame that has not arrived
  void clear();

 private:
  struct Incoming {
    Endpoint endpoint{};
    std::size_t length = 0;
    std::size_t missing = 0;
    std::span<const std::byte> whole;  // came in one frame, and lies there
    std::vector<std::byte> bytes;      // else
  };
  std::uint64_t expected_ = 1;
  std::set<std::uint64_t> early_;  // arrived, above expected_
  std::map<std::uint64_t, Incoming> messages_;
  std::uint64_t next_message_ = 1;
};

}  // namespace cp::isfc
