#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <deque>

#include "base/mutex.h"
#include "ctc/session.h"

namespace ctc {
namespace {

// Messages as header and data on a TCP connection. The sender's thread writes what the socket takes; the link's thread
// writes the rest when there is room.
class TcpSession final : public Session {
 public:
  explicit TcpSession(z::Fd socket) : socket_(std::move(socket)) {}

  void send(Message message) override {
    const z::Lock lock{mutex_};
    message.header.size = static_cast<std::uint32_t>(message.data.size());
    outgoing_.push_back(std::move(message));
    if (!sender_is_behind_) flush();
    if (sender_is_behind_) room_wanted_.raise();
  }

  void run(LinkEnd& end, const StopSignal& stop) override {
    while (receive_all(end)) {
      if (!wait(stop)) return;
      const z::Lock lock{mutex_};
      flush();
    }
  }

 private:
  enum class Progress : std::uint8_t { done, would_block, lost };

  // False when stopped.
  bool wait(const StopSignal& stop) {
    short events = POLLIN;
    {
      const z::Lock lock{mutex_};
      if (sender_is_behind_) events |= POLLOUT;
    }
    std::array<pollfd, 3> watched{{{.fd = stop.fd(), .events = POLLIN, .revents = 0},
                                   {.fd = room_wanted_.fd(), .events = POLLIN, .revents = 0},
                                   {.fd = socket_.get(), .events = events, .revents = 0}}};
    ::poll(watched.data(), watched.size(), -1);
    room_wanted_.lower();
    return watched[0].revents == 0;
  }

  void flush() Z_REQUIRES(mutex_) {
    while (!outgoing_.empty()) {
      auto& message = outgoing_.front();
      const auto total = sizeof message.header + message.data.size();
      const auto sent = send_from(message, sent_);
      if (sent < 0) {
        // A lost connection is the receiving side's to tell.
        sender_is_behind_ = errno == EAGAIN || errno == EINTR;
        if (!sender_is_behind_) outgoing_.clear();
        return;
      }
      sent_ += static_cast<std::size_t>(sent);
      if (sent_ < total) continue;
      sent_ = 0;
      outgoing_.pop_front();
    }
    sender_is_behind_ = false;
  }

  ssize_t send_from(Message& message, std::size_t offset) const {
    std::array<iovec, 2> parts{};
    int count = 0;
    const auto header = std::as_writable_bytes(std::span{&message.header, 1});
    if (offset < header.size()) {
      parts[count++] = {header.data() + offset, header.size() - offset};
      offset = header.size();
    }
    const auto data = message.data.bytes().subspan(offset - header.size());
    if (!data.empty()) parts[count++] = {data.data(), data.size()};
    msghdr whole{};
    whole.msg_iov = parts.data();
    whole.msg_iovlen = static_cast<std::size_t>(count);
    return ::sendmsg(socket_.get(), &whole, MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  // Delivers what has arrived; false when the connection is gone.
  bool receive_all(LinkEnd& end) {
    while (true) {
      if (received_ < sizeof(MessageHeader)) {
        const auto progress = receive_into(std::as_writable_bytes(std::span{&incoming_.header, 1}), received_);
        if (progress != Progress::done) return progress == Progress::would_block;
        if (incoming_.header.size > max_transfer) return false;
        incoming_.data = Buffer{incoming_.header.size};
      }
      const auto progress = receive_into(incoming_.data.bytes(), received_ - sizeof(MessageHeader));
      if (progress != Progress::done) return progress == Progress::would_block;
      received_ = 0;
      end.received(std::move(incoming_));
    }
  }

  Progress receive_into(std::span<std::byte> area, std::size_t have) {
    while (have < area.size()) {
      const auto got = ::recv(socket_.get(), area.data() + have, area.size() - have, MSG_DONTWAIT);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return Progress::would_block;
      if (got <= 0) return Progress::lost;
      have += static_cast<std::size_t>(got);
      received_ += static_cast<std::size_t>(got);
    }
    return Progress::done;
  }

  z::Fd socket_;
  StopSignal room_wanted_;
  Message incoming_;          // the link's thread only, as is received_
  std::size_t received_ = 0;  // bytes of incoming_, header included
  z::Mutex mutex_;
  std::deque<Message> outgoing_ Z_GUARDED_BY(mutex_);
  std::size_t sent_ Z_GUARDED_BY(mutex_) = 0;  // bytes of the first outgoing one
  bool sender_is_behind_ Z_GUARDED_BY(mutex_) = false;
};

}  // namespace

z::Result<std::unique_ptr<Session>> make_tcp_session(z::Fd socket) {
  return std::make_unique<TcpSession>(std::move(socket));
}

}  // namespace ctc
