#include "usernet/stack.h"

#include <arpa/inet.h>
#include <poll.h>
#include <libslirp.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/be.h"
#include "base/clock.h"

namespace usernet {
namespace {

using Mac = std::array<std::uint8_t, 6>;
constexpr Mac guest_mac{0x02, 0, 0, 0, 0, 0x0F};
constexpr Mac gateway_mac{0x52, 0x55, 10, 0, 2, 2};  // as libslirp makes it of the gateway's address

constexpr std::uint16_t ipv4 = 0x0800, arp = 0x0806;
constexpr std::uint16_t arp_request = 1, arp_reply = 2;

struct EthernetHeader {
  Mac to{};
  Mac from{};
  z::be16 type{};
};
static_assert(sizeof(EthernetHeader) == 14 && alignof(EthernetHeader) == 1);

struct Arp {  // RFC 826, for IPv4 on Ethernet
  z::be16 hardware{};
  z::be16 protocol{};
  std::uint8_t hardware_size = 0;
  std::uint8_t protocol_size = 0;
  z::be16 operation{};
  Mac sender_mac{};
  std::array<std::uint8_t, 4> sender{};
  Mac target_mac{};
  std::array<std::uint8_t, 4> target{};
};
static_assert(sizeof(Arp) == 28 && alignof(Arp) == 1);

std::vector<std::byte> framed(std::uint16_t type, std::span<const std::byte> content) {
  const EthernetHeader header{.to = gateway_mac, .from = guest_mac, .type = type};
  std::vector<std::byte> frame(sizeof header + content.size());
  std::memcpy(frame.data(), &header, sizeof header);
  std::ranges::copy(content, frame.begin() + sizeof header);
  return frame;
}

// "Who has it?" is always asked for a guest, and what is for any of them goes the same way.
Arp answer(Arp question) {
  auto reply = question;
  reply.operation = arp_reply;
  reply.sender_mac = guest_mac;
  reply.sender = question.target;
  reply.target_mac = question.sender_mac;
  reply.target = question.sender;
  return reply;
}

constexpr std::uint8_t gateway = 2, name_server = 3, guest = 15;

constexpr std::uint32_t network = 10U << 24 | 2U << 8, network_mask = 0xFFFF'FF00;
in_addr address(std::uint8_t last) { return {::htonl(network | last)}; }

// libslirp's event bits and poll's differ.
constexpr std::array<std::pair<int, short>, 5> event_bits{{{SLIRP_POLL_IN, POLLIN},
                                                           {SLIRP_POLL_OUT, POLLOUT},
                                                           {SLIRP_POLL_PRI, POLLPRI},
                                                           {SLIRP_POLL_ERR, POLLERR},
                                                           {SLIRP_POLL_HUP, POLLHUP}}};

int add_descriptor(int fd, int events, void* descriptors) {
  short wanted = 0;
  for (const auto [slirp, poll] : event_bits)
    if ((events & slirp) != 0) wanted |= poll;
  auto& all = *static_cast<std::vector<pollfd>*>(descriptors);
  all.push_back({fd, wanted, 0});
  return static_cast<int>(all.size()) - 1;
}

int events_of(int index, void* descriptors) {
  const auto found = (*static_cast<std::vector<pollfd>*>(descriptors))[static_cast<std::size_t>(index)].revents;
  int events = 0;
  for (const auto [slirp, poll] : event_bits)
    if ((found & poll) != 0) events |= slirp;
  return events;
}

}  // namespace

bool is_for_guests(std::uint32_t address) {
  const auto last = address & ~network_mask;
  return (address & network_mask) == network && last > name_server && last < 0xFF;
}

// What libslirp calls. Its timers are for IPv6 alone, which is off.
struct Stack::Callbacks {
  static ssize_t send_packet(const void* frame, std::size_t size, void* stack) {
    static_cast<Stack*>(stack)->to_guest({static_cast<const std::byte*>(frame), size});
    return static_cast<ssize_t>(size);
  }
  static std::int64_t clock(void*) { return z::HostClock{}.now().count(); }
  static void ignore_guest_error(const char*, void*) {}
  static void ignore_descriptor(int, void*) {}
  static void notify(void* stack) { static_cast<Stack*>(stack)->wake(); }

  static constexpr SlirpCb table{.send_packet = send_packet,
                                 .guest_error = ignore_guest_error,
                                 .clock_get_ns = clock,
                                 .timer_new = nullptr,
                                 .timer_free = nullptr,
                                 .timer_mod = nullptr,
                                 .register_poll_fd = ignore_descriptor,
                                 .unregister_poll_fd = ignore_descriptor,
                                 .notify = notify,
                                 .init_completed = nullptr,
                                 .timer_new_opaque = nullptr};
};

z::Result<std::unique_ptr<Stack>> Stack::make(ToGuest to_guest) {
  z::Fd woken{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  if (!woken) return z::failure("user-mode network: {}", std::strerror(errno));
  std::unique_ptr<Stack> stack{new Stack{std::move(to_guest), std::move(woken)}};
  const z::Lock lock{stack->slirp_mutex_};
  if (stack->slirp_ == nullptr) return z::failure("user-mode network: libslirp does not start");
  return stack;
}

Stack::Stack(ToGuest to_guest, z::Fd woken) : to_guest_(std::move(to_guest)), woken_(std::move(woken)) {
  SlirpConfig config{};
  config.version = 1;
  config.in_enabled = true;
  config.vnetwork = address(0);
  config.vnetmask = {::htonl(network_mask)};
  config.vhost = address(gateway);
  config.vnameserver = address(name_server);
  config.vdhcp_start = address(guest);
  config.if_mtu = config.if_mru = longest_packet;
  const z::Lock lock{slirp_mutex_};
  slirp_ = ::slirp_new(&config, &Callbacks::table, this);
}

Stack::~Stack() {
  const z::Lock lock{slirp_mutex_};
  if (slirp_ != nullptr) ::slirp_cleanup(slirp_);
}

void Stack::from_guest(Packet packet) { arrive(framed(ipv4, packet)); }

void Stack::arrive(std::vector<std::byte> frame) {
  const z::Lock lock{arrived_mutex_};
  arrived_.push_back(std::move(frame));
  if (arrived_.size() == 1) wake();
}

z::Result<> Stack::forward(Forward forward) {
  const z::Lock lock{slirp_mutex_};
  if (::slirp_add_hostfwd(slirp_, 0, {::htonl(INADDR_LOOPBACK)}, forward.host_port, {::htonl(forward.guest)}, forward.guest_port) != 0)
    return z::failure("user-mode network: port {} of the host: {}", forward.host_port, std::strerror(errno));
  wake();
  return {};
}

void Stack::wake() {
  const std::uint64_t one = 1;
  // A counter that is full wakes as well.
  [[maybe_unused]] const auto written = ::write(woken_.get(), &one, sizeof one);
}

void Stack::step() {
  constexpr std::uint32_t longest_wait_ms = 1000;
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = ::read(woken_.get(), &count, sizeof count);
  std::vector<std::vector<std::byte>> frames;
  {
    const z::Lock lock{arrived_mutex_};
    frames.swap(arrived_);
  }
  std::vector<pollfd> descriptors{{woken_.get(), POLLIN, 0}};
  // A frame may have let go what libslirp held back for it (ARP); it sends that in slirp_pollfds_poll.
  std::uint32_t wait_ms = frames.empty() ? longest_wait_ms : 0;
  {
    const z::Lock lock{slirp_mutex_};
    for (const auto& frame : frames)
      ::slirp_input(slirp_, reinterpret_cast<const std::uint8_t*>(frame.data()), static_cast<int>(frame.size()));
    ::slirp_pollfds_fill(slirp_, &wait_ms, add_descriptor, &descriptors);
  }
  const auto found = ::poll(descriptors.data(), descriptors.size(), static_cast<int>(wait_ms));
  const z::Lock lock{slirp_mutex_};
  ::slirp_pollfds_poll(slirp_, found < 0 ? 1 : 0, events_of, &descriptors);
}

void Stack::to_guest(std::span<const std::byte> frame) {
  EthernetHeader header;
  if (frame.size() < sizeof header) return;
  std::memcpy(&header, frame.data(), sizeof header);
  const auto content = frame.subspan(sizeof header);
  if (header.type == ipv4) return to_guest_({content.begin(), content.end()});
  Arp question;
  if (header.type != arp || content.size() < sizeof question) return;
  std::memcpy(&question, content.data(), sizeof question);
  if (question.operation != arp_request) return;
  const auto reply = answer(question);
  arrive(framed(arp, std::as_bytes(std::span{&reply, 1})));
}

}  // namespace usernet
