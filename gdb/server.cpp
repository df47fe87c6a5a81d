#include "gdb/server.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>

#include "gdb/session.h"

namespace gdb {
namespace {

struct Endpoint {
  std::string host, port;
};

// "localhost:1234", ":1234", "[::1]:1234"; without a host it is this machine alone.
z::Result<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == text.size())
    return z::failure("not HOST:PORT, as in 127.0.0.1:1234: {}", text);
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return Endpoint{std::string{host.empty() ? "127.0.0.1" : host}, std::string{text.substr(colon + 1)}};
}

z::Result<z::Fd> listen_on(const addrinfo& address, std::string_view endpoint) {
  z::Fd socket{::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket.get(), address.ai_addr, address.ai_addrlen) != 0 || ::listen(socket.get(), 8) != 0)
    return z::failure(z::Error::host(errno, fmt::format("listen for a debugger on {}", endpoint)));
  return socket;
}

z::Result<z::Fd> listen_on(std::string_view text) {
  const auto endpoint = Z_TRY(parse_endpoint(text));
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(endpoint.host.c_str(), endpoint.port.c_str(), &hints, &found); error != 0)
    return z::failure("{}: {}", ::gai_strerror(error), text);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner{found, ::freeaddrinfo};
  return listen_on(*found, text);
}

unsigned port_of(const z::Fd& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return address.ss_family == AF_INET6 ? ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port)
                                       : ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace

z::Result<std::unique_ptr<Server>> Server::start(lpar::Machine& machine, Options options) {
  z::Fd listener = Z_TRY(listen_on(options.endpoint));
  const unsigned port = port_of(listener);
  return std::unique_ptr<Server>{new Server{machine, std::move(options), std::move(listener), port}};
}

Server::Server(lpar::Machine& machine, Options options, z::Fd listener, unsigned port)
    : killed_(std::move(options.killed)),
      listener_(std::move(listener)),
      port_(port),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      target_(machine, options.begin, [this] { wake(); }),
      thread_([this] { serve(); }) {}

Server::~Server() {
  ending_ = true;
  wake();
  thread_.join();
  if (holds_) in_use_.unlock();
}

void Server::wake() { ::eventfd_write(wake_.get(), 1); }

// Returns when the peer is ready or somebody woke the server.
void Server::wait(int peer, short events) {
  pollfd polls[]{{wake_.get(), POLLIN, 0}, {peer, events, 0}};
  ::poll(polls, 2, -1);
  eventfd_t count;
  ::eventfd_read(wake_.get(), &count);
}

void Server::serve() {
  while (!ending_) {
    const z::Fd peer{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (!peer) {
      wait(listener_.get(), POLLIN);
      continue;
    }
    has_debugger_ = true;
    talk(peer);
    has_debugger_ = false;
  }
}

bool Server::keep_debuggers_away() {
  if (!in_use_.try_lock()) return false;
  if (target_.suspend_stops()) return true;
  in_use_.unlock();
  return false;
}

void Server::admit_debuggers() {
  if (has_debugger_) target_.restore_stops();
  in_use_.unlock();
}

void Server::hold() {
  if (!holds_) in_use_.lock();
  holds_ = true;
}

void Server::settle() {
  if (!holds_ || target_.is_halted()) return;
  holds_ = false;
  in_use_.unlock();
}

void Server::talk(const z::Fd& peer) {
  const int on = 1;
  ::setsockopt(peer.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  hold();
  Session session{target_, target_.interrupt()};
  using State = Session::State;
  std::string outgoing;
  while (!ending_) {
    char chunk[4096];
    const auto n = ::recv(peer.get(), chunk, sizeof chunk, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) break;
    hold();
    if (n > 0) outgoing += session.receive({chunk, static_cast<std::size_t>(n)});
    outgoing += session.look();
    settle();
    const auto sent = ::send(peer.get(), outgoing.data(), outgoing.size(), MSG_NOSIGNAL);
    if (sent > 0) outgoing.erase(0, static_cast<std::size_t>(sent));
    if (session.state() == State::killed) return killed_();
    if (session.state() == State::detached && outgoing.empty()) return;
    if (n < 0) wait(peer.get(), outgoing.empty() ? POLLIN : POLLIN | POLLOUT);
  }
  hold();
  session.leave();
  settle();
}

}  // namespace gdb
