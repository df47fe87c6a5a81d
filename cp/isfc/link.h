#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/address.h"
#include "base/clock.h"
#include "cp/isfc/message.h"
#include "cp/isfc/sender.h"
#include "cp/isfc/wire.h"

namespace cp::isfc {

// A block as it is to be written: the pieces one after another. Take them when the action comes: message parts among them
// are readable until the message is reported as sent by a later action.
struct Block {
  std::vector<std::byte> headers;  // what `pieces` point to for headers; do not change
  std::vector<std::span<const std::byte>> pieces;
  std::vector<std::shared_ptr<const void>> kept;  // owners of message heads among the pieces
  std::size_t length = 0;
};

struct WriteBlock { z::DeviceNumber device; Block block; };
// `bytes` lie in the block that `received` was given, or in `owned`: good while that block is.
struct Deliver { Endpoint endpoint; std::span<const std::byte> bytes; std::vector<std::byte> owned; };
struct Sent { Sender::Token token; };  // acknowledged, or dropped with the link
struct LinkUp { std::string node; };
struct LinkDown { std::string node; };  // no message from before is delivered after it
struct CloseDevice { z::DeviceNumber device; };  // it left the link as it was asked to
struct RejectDevice { z::DeviceNumber device; std::string reason; };  // the device is to be closed, `device_lost` follows
struct Report { std::string text; };    // for the operator
using LinkAction = std::variant<WriteBlock, Deliver, Sent, LinkUp, LinkDown, CloseDevice, RejectDevice, Report>;

// One end of a logical link over 1 to 16 CTCs. Pure: what happens comes in by the functions, what to do goes out in
// order as actions.
//
// A device:  closed --device_opened--> opening --peer's IDX/DVX that names our session--> up
//                any --device_lost--> closed;   up --leave--> leaving --farewell written, or nobody reads it--> closed
// The link is up while at least one device is. When the last one goes, everything queued is dropped and the session
// number grows, so that nothing of before can be mistaken for what comes after. A peer that names another session of
// its own has started anew: the link goes down and up.
class Link {
 public:
  struct Options {
    std::string own_name;
    std::string peer_name;                   // empty: whoever answers; else others are rejected
    std::size_t max_block = 196 * 4096;      // 192 pages and their headers: near the 0.76 MB that CP moves with one SSCH
    std::uint64_t window = 16U << 20;        // bytes that the peer may send ahead of our acknowledgements
    std::uint64_t first_session = 1;         // differs from that of an earlier life of this system
    z::Nanoseconds identify_again = std::chrono::seconds{2};
    z::Nanoseconds farewell_limit = std::chrono::seconds{2};
  };
  explicit Link(Options options);

  // Events.
  void device_opened(z::DeviceNumber device, z::Nanoseconds now);  // both sides are ready: it can be written
  void device_lost(z::DeviceNumber device);
  void leave(z::DeviceNumber device, z::Nanoseconds now);  // the peer is told, so that it writes there no more
  // The block stays until the actions have been performed.
  void received(z::DeviceNumber device, std::span<const std::byte> block, z::Nanoseconds now);
  void written(z::DeviceNumber device);  // the write asked for last has ended well
  void timer(z::Nanoseconds now);
  // Legal in any state; dropped (and reported as sent) when the link is down.
  void send(Endpoint endpoint, Message message, Sender::Token token);

  std::vector<LinkAction> actions();  // since the last call
  std::optional<z::Nanoseconds> deadline() const;  // of the next `timer`

  bool is_up() const { return is_up_; }
  const std::string& peer() const { return peer_; }

  // QUERY ISLINK.
  enum class DeviceState : std::uint8_t { opening, up, leaving };
  struct DeviceView {
    z::DeviceNumber device;
    DeviceState state;
    bool is_writing;
    std::uint64_t bytes_sent;
    std::uint64_t bytes_received;
  };
  std::vector<DeviceView> devices() const;

 private:
  struct Device {
    DeviceState state = DeviceState::opening;
    bool is_writing = false;
    bool identification_due = true;
    bool farewell_written = false;
    z::Nanoseconds identified_at{};  // or said farewell
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
  };

  z::Result<> take_block(z::DeviceNumber number, Device& device, std::span<const std::byte> block);
  z::Result<> identify(z::DeviceNumber number, const BlockHeader& header, std::span<const std::byte> data);
  void device_up(z::DeviceNumber number);
  void go_down();
  void reject(z::DeviceNumber device, std::string reason);
  void close(z::DeviceNumber device);
  std::optional<z::Nanoseconds> deadline_of(const Device& device) const;
  void refresh_writable();
  void pump();
  void write_identification(z::DeviceNumber number, Device& device);
  void write_farewell(z::DeviceNumber number, Device& device);
  void write_control(z::DeviceNumber number, Device& device, FrameKind kind, std::span<const std::byte> data);
  void write_frames(z::DeviceNumber number, Device& device);
  BlockHeader header() const;
  bool owes_acknowledgement() const { return receiver_.expected() != acknowledged_; }

  Options options_;
  std::uint64_t session_;
  std::uint64_t peer_session_ = 0;
  std::string peer_;
  bool is_up_ = false;
  std::map<z::DeviceNumber, Device> devices_;
  std::vector<z::DeviceNumber> writable_;
  Sender sender_;
  Receiver receiver_;
  std::uint64_t acknowledged_ = 1;  // what the peer was last told
  z::Nanoseconds now_{};
  std::vector<LinkAction> actions_;
};

}  // namespace cp::isfc
