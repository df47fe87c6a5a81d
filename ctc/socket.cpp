#include "ctc/socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace ctc {
namespace {

constexpr int backlog = 4;
constexpr std::chrono::milliseconds block_limit = std::chrono::seconds{5};

z::Result<sockaddr_un> unix_address(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path)
    return z::failure("path of {} characters is too long for a socket (107): {}", path.native().size(), path.native());
  path.native().copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

z::Result<AddressList> resolve(const TcpAddress& address, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  const auto* host = address.host.empty() ? nullptr : address.host.c_str();
  if (const int rc = ::getaddrinfo(host, address.port.c_str(), &hints, &found); rc != 0)
    return z::failure("{}: {}", ::gai_strerror(rc), to_text(address));
  return AddressList{found, &::freeaddrinfo};
}

// A host that vanishes without a word is noticed within seconds; blocks leave at once.
void tune(const z::Fd& socket) {
  const auto set = [&](int level, int name, int value) { ::setsockopt(socket.get(), level, name, &value, sizeof value); };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 2);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 1);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 5000);
}

z::Result<z::Fd> connect_unix(const std::filesystem::path& path) {
  const auto address = Z_TRY(unix_address(path));
  z::Fd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!socket) return z::failure(z::Error::host(errno, "socket"));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return z::failure(z::Error::host(errno, "connect " + path.native()));
  return socket;
}

z::Result<z::Fd> listen_unix(const std::filesystem::path& path) {
  const auto address = Z_TRY(unix_address(path));
  if (connect_unix(path)) return z::failure("another process listens there: {}", path.native());
  std::error_code ignored;
  if (std::filesystem::is_socket(path, ignored)) std::filesystem::remove(path, ignored);
  z::Fd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!socket) return z::failure(z::Error::host(errno, "socket"));
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), backlog) != 0)
    return z::failure(z::Error::host(errno, "listen at " + path.native()));
  return socket;
}

z::Result<z::Fd> connect_tcp(const TcpAddress& address) {
  const auto list = Z_TRY(resolve(address, 0));
  int error = EADDRNOTAVAIL;
  for (const auto* a = list.get(); a != nullptr; a = a->ai_next) {
    z::Fd socket{::socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol)};
    if (socket && ::connect(socket.get(), a->ai_addr, a->ai_addrlen) == 0) {
      tune(socket);
      return socket;
    }
    error = errno;
  }
  return z::failure(z::Error::host(error, "connect " + to_text(address)));
}

z::Result<z::Fd> listen_tcp(const TcpAddress& address) {
  const auto list = Z_TRY(resolve(address, AI_PASSIVE));
  int error = EADDRNOTAVAIL;
  for (const auto* a = list.get(); a != nullptr; a = a->ai_next) {
    z::Fd socket{::socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol)};
    const int reuse = 1;
    if (socket && ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse) == 0 &&
        ::bind(socket.get(), a->ai_addr, a->ai_addrlen) == 0 && ::listen(socket.get(), backlog) == 0)
      return socket;
    error = errno;
  }
  return z::failure(z::Error::host(error, "listen at " + to_text(address)));
}

}  // namespace

z::Result<Address> parse_address(std::string_view text) {
  if (text.starts_with("shm:") && text.size() > 4) return std::filesystem::path{text.substr(4)};
  if (text.starts_with("tcp:")) {
    const auto rest = text.substr(4);
    const auto colon = rest.rfind(':');
    if (colon != std::string_view::npos && colon + 1 < rest.size()) {
      auto host = rest.substr(0, colon);
      if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
      return TcpAddress{std::string{host}, std::string{rest.substr(colon + 1)}};
    }
  }
  return z::failure("expected shm:PATH or tcp:HOST:PORT: \"{}\"", text);
}

std::string to_text(const Address& address) {
  if (const auto* tcp = std::get_if<TcpAddress>(&address)) return "tcp:" + tcp->host + ":" + tcp->port;
  return "shm:" + std::get<std::filesystem::path>(address).native();
}

z::Result<z::Fd> listen_at(const Address& address) {
  if (const auto* tcp = std::get_if<TcpAddress>(&address)) return listen_tcp(*tcp);
  return listen_unix(std::get<std::filesystem::path>(address));
}

z::Result<z::Fd> connect_to(const Address& address) {
  if (const auto* tcp = std::get_if<TcpAddress>(&address)) return connect_tcp(*tcp);
  return connect_unix(std::get<std::filesystem::path>(address));
}

StopSignal::StopSignal() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void StopSignal::raise() const {
  const std::uint64_t one = 1;
  // Fails only when it is raised already.
  [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof one);
}

void StopSignal::lower() const {
  std::uint64_t count;
  // Fails only when it is not raised.
  [[maybe_unused]] const auto got = ::read(event_.get(), &count, sizeof count);
}

bool StopSignal::wait(std::chrono::milliseconds limit) const {
  pollfd watched{.fd = event_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, static_cast<int>(limit.count())) > 0;
}

short wait_for(const z::Fd& socket, short events, const StopSignal& stop,
               std::optional<std::chrono::milliseconds> limit) {
  std::array<pollfd, 2> watched{{{.fd = stop.fd(), .events = POLLIN, .revents = 0},
                                 {.fd = socket.get(), .events = events, .revents = 0}}};
  int rc;
  do rc = ::poll(watched.data(), watched.size(), limit ? static_cast<int>(limit->count()) : -1);
  while (rc < 0 && errno == EINTR);
  return rc <= 0 || watched[0].revents != 0 ? short{0} : watched[1].revents;
}

z::Result<z::Fd> accept_from(const z::Fd& listener) {
  z::Fd socket{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  if (!socket) return z::failure(z::Error::host(errno, "accept"));
  tune(socket);
  return socket;
}

z::Result<> send_block(const z::Fd& socket, std::span<const std::byte> block, int descriptor) {
  iovec part{.iov_base = const_cast<std::byte*>(block.data()), .iov_len = block.size()};
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (descriptor >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    auto* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
  }
  // A handshake block is far smaller than a fresh socket's buffer: it goes as a whole.
  if (::sendmsg(socket.get(), &message, MSG_NOSIGNAL) != static_cast<ssize_t>(block.size()))
    return z::failure(z::Error::host(errno, "send a handshake"));
  return {};
}

z::Result<z::Fd> receive_block(const z::Fd& socket, std::span<std::byte> block, const StopSignal& stop) {
  z::Fd descriptor;
  for (std::size_t have = 0; have < block.size();) {
    if (wait_for(socket, POLLIN, stop, block_limit) == 0) return z::failure("the other end does not answer");
    iovec part{.iov_base = block.data() + have, .iov_len = block.size() - have};
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto got = ::recvmsg(socket.get(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got <= 0) return z::failure("the other end closed the connection");
    for (auto* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
      if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
      int received = -1;
      std::memcpy(&received, CMSG_DATA(c), sizeof received);
      descriptor = z::Fd{received};
    }
    have += static_cast<std::size_t>(got);
  }
  return descriptor;
}

}  // namespace ctc
