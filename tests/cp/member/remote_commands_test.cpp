#include "cp/member/remote_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace {

using cp::RemoteCommands;
using testing::ElementsAre;
using testing::HasSubstr;

// Two members whose messages reach each other at once.
class RemoteCommandsTest : public testing::Test {
 protected:
  struct Outcome {
    std::vector<std::string> lines;
    std::optional<int> return_code;
  };

  std::shared_ptr<cp::Reply> reply() {
    return std::make_shared<cp::Reply>([this](std::string line) { outcome.lines.push_back(std::move(line)); },
                                       [this](int code) { outcome.return_code = code; });
  }

  bool up = true;
  Outcome outcome;
  cp::ReplyPtr running;  // on member 2
  std::optional<cp::Issuer> issuer;
  std::string command;
  RemoteCommands member1{{.is_up = [this](const auto&) { return up; },
                          .send = [this](const auto&, auto bytes) { member2.received("MEMBER1", bytes); },
                          .run_here = [](auto, const auto&, auto) { FAIL(); }}};
  RemoteCommands member2{{.is_up = [this](const auto&) { return up; },
                          .send = [this](const auto&, auto bytes) { member1.received("MEMBER2", bytes); },
                          .run_here = [this](cp::Issuer from, const std::string& text, cp::ReplyPtr where) {
                            issuer = std::move(from);
                            command = text;
                            running = std::move(where);
                          }}};
  const cp::Issuer maint{.userid = "MAINT", .classes = cp::ClassSet{"AB"}, .member = "MEMBER1", .virtual_cpu = {}};
};

TEST_F(RemoteCommandsTest, ACommandRunsThereWithItsIssuersAuthorityAndAnswersHere) {
  member1.run_at("MEMBER2", maint, "QUERY NAMES", reply());
  ASSERT_TRUE(issuer);
  EXPECT_EQ(issuer->userid, "MAINT");
  EXPECT_TRUE(issuer->classes.has('B'));
  EXPECT_EQ(command, "QUERY NAMES");
  running->line("OPERATOR - 0009");
  running->end(45);
  EXPECT_THAT(outcome.lines, ElementsAre("OPERATOR - 0009"));
  EXPECT_EQ(outcome.return_code, 45);
}

TEST_F(RemoteCommandsTest, AMemberThatIsNotThereExecutesNothing) {
  up = false;
  member1.run_at("MEMBER2", maint, "SHUTDOWN", reply());
  EXPECT_FALSE(running);
  EXPECT_THAT(outcome.lines, ElementsAre(HasSubstr("was not executed")));
  EXPECT_NE(outcome.return_code, 0);
}

TEST_F(RemoteCommandsTest, ALostLinkEndsWhatIsUnderWayAndALateAnswerIsDropped) {
  member1.run_at("MEMBER2", maint, "QUERY NAMES", reply());
  member1.link_down("MEMBER2");
  EXPECT_THAT(outcome.lines, ElementsAre(HasSubstr("may have been executed")));
  running->line("late");
  running->end(0);
  EXPECT_EQ(outcome.lines.size(), 1U);
}

TEST_F(RemoteCommandsTest, AnAnswerFromAMemberThatWasNotAskedIsRefused) {
  member1.run_at("MEMBER2", maint, "QUERY NAMES", reply());
  const std::byte forged[] = {std::byte{3}, {}, {}, {}, std::byte{1}, {}, {}, {}, {}};
  EXPECT_FALSE(member1.received("MEMBER3", forged));
  EXPECT_FALSE(outcome.return_code);
}

TEST_F(RemoteCommandsTest, AMalformedMessageIsRefused) {
  EXPECT_FALSE(member2.received("MEMBER1", {}));
  const std::byte cut[] = {std::byte{1}, {}, {}, {}, std::byte{1}, {}, {}, {}, std::byte{99}};
  EXPECT_FALSE(member2.received("MEMBER1", cut));
}

}  // namespace
