#include "stub.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include "gdb/hex.h"
#include "gdb/packet.h"

namespace gdb {

Stub::Stub(unsigned cpus, z::Bytes memory) {
  lpar::BarePartition::Events events{.console_output = [](std::string_view) {}, .trace_line = [](std::string_view) {}, .ended = [] {}};
  partition_ = *lpar::BarePartition::create({.memory = memory, .cpus = cpus, .devices = {}, .plugins = {}}, clock_, std::move(events));
  server_ = *Server::start(partition_->machine(),
                           {.endpoint = "127.0.0.1:0", .begin = MachineTarget::Begin::halted, .killed = [this] { killed_ = true; }});
  connect();
}

void Stub::connect() {
  socket_ = z::Fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(server_->port()));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(ask("QStartNoAckMode"), "OK");
}

void Stub::send(std::string_view packet) {
  const std::string text = framed(packet);
  ASSERT_EQ(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
}

void Stub::interrupt() { ASSERT_EQ(::send(socket_.get(), "\x03", 1, MSG_NOSIGNAL), 1); }

std::string Stub::receive() {
  constexpr std::size_t checksum_digits = 2;
  std::string data;
  char c = 0;
  const auto next = [&] { return ::recv(socket_.get(), &c, 1, 0) == 1; };
  while (c != '$')
    if (!next()) return "(closed)";
  while (next() && c != '#') data += c;
  for (std::size_t i = 0; i < checksum_digits; ++i) next();
  return data;
}

std::string Stub::ask(std::string_view packet) {
  send(packet);
  return receive();
}

void Stub::load(std::uint64_t address, std::string_view code) {
  EXPECT_EQ(ask(fmt::format("M{:x},{:x}:{}", address, code.size() / 2, code)), "OK");
}

std::uint64_t Stub::reg(unsigned number) { return parse_number(ask(fmt::format("p{:x}", number))).value_or(~0ULL); }

void Stub::set_reg(unsigned number, std::uint64_t value) { EXPECT_EQ(ask(fmt::format("P{:x}={:016x}", number, value)), "OK"); }

void Stub::set_psw(std::uint64_t mask, std::uint64_t address) {
  set_reg(0, mask);
  set_reg(1, address);
}

std::string Stub::run(std::uint64_t address, std::string_view code) {
  load(address, code);
  set_psw(0x0000'0001'8000'0000, address);
  return ask("c");
}

}  // namespace gdb
