#include "ctc/socket_link.h"

#include <poll.h>

#include <chrono>

namespace ctc {
namespace {

constexpr std::chrono::milliseconds between_attempts{50};

}  // namespace

z::Result<std::unique_ptr<Link>> SocketLink::make(Address address, Identity identity, SessionEnd end) {
  z::Fd listener;
  if (end == SessionEnd::listening) listener = Z_TRY(listen_at(address));
  return std::make_unique<SocketLink>(std::move(address), std::move(identity), std::move(listener));
}

SocketLink::SocketLink(Address address, Identity identity, z::Fd listener)
    : address_(std::move(address)),
      identity_(std::move(identity)),
      listener_(std::move(listener)),
      state_("waiting for the other end") {}

SocketLink::~SocketLink() {
  stop_.raise();
  if (thread_.joinable()) thread_.join();
}

void SocketLink::start(LinkEnd& end) {
  thread_ = std::jthread{[this, &end] { run(end); }};
}

void SocketLink::send(Message message) {
  const z::Lock lock{mutex_};
  if (session_) session_->send(std::move(message));
}

Buffer SocketLink::buffer(std::size_t size) {
  const z::Lock lock{mutex_};
  return session_ ? session_->buffer(size) : Buffer{size};
}

std::string SocketLink::description() const {
  auto text = "link=" + to_text(address_);
  if (listener_) text += " listen";
  if (!identity_.name.empty()) text += " name=" + identity_.name;
  if (!identity_.peer.empty()) text += " peer=" + identity_.peer;
  return text;
}

std::string SocketLink::state() const {
  const z::Lock lock{mutex_};
  return state_;
}

void SocketLink::set_state(std::string state) {
  const z::Lock lock{mutex_};
  state_ = std::move(state);
}

void SocketLink::run(LinkEnd& end) {
  while (!stop_.is_raised()) {
    auto session = establish();
    if (!session) {
      set_state(session.error().text());
      stop_.wait(between_attempts);
      continue;
    }
    {
      const z::Lock lock{mutex_};
      session_ = *session;
      state_ = "linked";
    }
    end.linked();
    (*session)->run(end, stop_);
    {
      const z::Lock lock{mutex_};
      session_.reset();
      state_ = "waiting for the other end";
    }
    end.lost();
  }
}

z::Result<z::Fd> SocketLink::reach_other_end() {
  if (!listener_) return connect_to(address_);
  if (wait_for(listener_, POLLIN, stop_) == 0) return z::failure("stopped");
  return accept_from(listener_);
}

z::Result<std::shared_ptr<Session>> SocketLink::establish() {
  auto socket = Z_TRY(reach_other_end());
  const auto carrier = std::holds_alternative<TcpAddress>(address_) ? Carrier::tcp : Carrier::shared_memory;
  z::Fd memory;
  if (end() == SessionEnd::listening) {
    if (carrier == Carrier::shared_memory) memory = Z_TRY(make_session_memory());
    Z_CHECK(answer_handshake(socket, identity_, carrier, memory.get(), stop_));
  } else {
    memory = Z_TRY(open_handshake(socket, identity_, carrier, stop_));
  }
  if (carrier == Carrier::tcp) return make_tcp_session(std::move(socket));
  return make_shared_memory_session(std::move(socket), memory, end());
}

}  // namespace ctc
