#include "lpar/control.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <future>

namespace {

using lpar::ControlClient;
using lpar::ControlServer;
using Kind = ControlClient::Event::Kind;

std::filesystem::path socket_path() { return std::filesystem::path{testing::TempDir()} / fmt::format("control_test-{}.sock", ::getpid()); }

ControlServer::Handlers echo() {
  return {.command =
              [](std::string command, std::shared_ptr<ControlServer::Answer> answer) {
                answer->line("you said " + command);
                answer->done(command == "bad" ? 45 : 0);
              },
          .operator_left = [] {}};
}

std::vector<ControlClient::Event> until_done(ControlClient& client) {
  std::vector<ControlClient::Event> all;
  while (all.empty() || (all.back().kind != Kind::done && all.back().kind != Kind::closed))
    for (auto& event : client.receive()) all.push_back(std::move(event));
  return all;
}

TEST(Control, ACommandIsAnsweredByLinesAndAReturnCode) {
  const auto server = ControlServer::start(socket_path(), {}, echo());
  ASSERT_TRUE(server);
  auto client = ControlClient::connect(socket_path());
  ASSERT_TRUE(client);
  ASSERT_TRUE(client->send("bad"));
  const auto events = until_done(*client);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].text, "you said bad");
  EXPECT_EQ(events[1].return_code, 45);
}

TEST(Control, OnlyTheOperatorGetsMessagesThatNobodyAskedFor) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  ControlClient operator_console{z::Fd{ends[0]}};
  const auto server = ControlServer::start(socket_path(), z::Fd{ends[1]}, echo());
  ASSERT_TRUE(server);
  auto other = ControlClient::connect(socket_path());
  (*server)->tell_operator("hello");
  (*server)->tell_state("READY MEMBER1");
  std::vector<ControlClient::Event> events;
  while (events.size() < 2)
    for (auto& event : operator_console.receive()) events.push_back(std::move(event));
  EXPECT_EQ(events[0].kind, Kind::message);
  EXPECT_EQ(events[1].text, "READY MEMBER1");
  ASSERT_TRUE(other->send("x"));
  EXPECT_EQ(until_done(*other).size(), 2U);
}

TEST(Control, WhatWasAnsweredArrivesThoughTheServerStops) {
  auto server = ControlServer::start(socket_path(), {}, echo());
  auto client = ControlClient::connect(socket_path());
  ASSERT_TRUE(client->send("one"));
  const auto events = until_done(*client);
  (*server)->stop();
  EXPECT_EQ(events.back().kind, Kind::done);
  EXPECT_EQ(until_done(*client).back().kind, Kind::closed);
  EXPECT_FALSE(std::filesystem::exists(socket_path()));
}

TEST(Control, TheMemberLearnsThatItsOperatorLeft) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  std::promise<void> left;
  auto handlers = echo();
  handlers.operator_left = [&] { left.set_value(); };
  const auto server = ControlServer::start(socket_path(), z::Fd{ends[1]}, std::move(handlers));
  ::close(ends[0]);
  left.get_future().get();
}

}  // namespace
