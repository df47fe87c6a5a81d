#include "cp/terminal/dialogue.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/ebcdic.h"
#include "cp/config/keyword.h"

namespace cp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// What the dialogue asked for, and the member's answers.
struct Member {
  std::vector<std::string> log;
  bool running = false;
  Answer<DialogueHost::LoggedOn> logon = DialogueHost::LoggedOn::anew;
};

class FakeHost final : public DialogueHost {
 public:
  explicit FakeHost(Member& member) : member_(member) {}
  std::string system_name() const override { return "MEMBER1"; }
  TimeOfDay now() const override { return {}; }
  bool is_password(const std::string& userid, const std::string& password) const override {
    return userid == "BEAT1" && upper(password) == "SECRET";
  }
  void log_on(const Wish& wish, std::function<void(Answer<LoggedOn>)> done) override {
    member_.log.push_back(fmt::format("log on {}{}", wish.userid, wish.takes_over ? " here" : ""));
    done(member_.logon);
  }
  void run(const std::string& userid, const std::string& command, ReplyPtr reply) override {
    member_.log.push_back(fmt::format("{} runs {}", userid, command));
    reply->line("the answer");
    reply->end(0);
  }
  void console_input(const std::string& userid, const std::string& text) override { member_.log.push_back(fmt::format("{} reads {}", userid, text)); }
  void stop_machine(const std::string& userid) override {
    member_.log.push_back(fmt::format("{} stops", userid));
    member_.running = false;
  }
  bool is_machine_running(const std::string&) const override { return member_.running; }
  void disconnect(const std::string& userid) override { member_.log.push_back(fmt::format("{} disconnects", userid)); }

 private:
  Member& member_;
};

class DialogueTest : public testing::Test {
 protected:
  DialogueTest() { dialogue->begin(); }

  void press(Entered::Key key) { dialogue->entered({.key = static_cast<std::uint8_t>(key), .fields = {}}); }
  void type(const std::string& text) {
    dialogue->entered({.key = static_cast<std::uint8_t>(Entered::Key::enter), .fields = {{22 * 80 + 1, text}}});
  }
  void log_on() {
    press(Entered::Key::enter);
    type("logon beat1 secret");
    member.log.clear();
  }

  Member member;
  std::string written;  // all that the terminal was sent
  std::shared_ptr<Dialogue> dialogue = std::make_shared<Dialogue>(
      Dialogue::Terminal{.write = [this](const LineScreen::Write& write) { written += z::from_ebcdic(write.data); }, .type = "IBM-3278-2-E"},
      std::make_unique<FakeHost>(member));
};

TEST_F(DialogueTest, BeginsWithALogoThatAsksForUseridAndPassword) {
  EXPECT_THAT(written, HasSubstr("USERID   ===>"));
  // Rows 20 and 21, the column behind "USERID   ===> ".
  dialogue->entered({.key = static_cast<std::uint8_t>(Entered::Key::enter), .fields = {{19 * 80 + 15, "beat1"}, {20 * 80 + 15, "secret"}}});
  EXPECT_THAT(member.log, ElementsAre("log on BEAT1"));
  EXPECT_THAT(written, HasSubstr("LOGON AT"));
}

TEST_F(DialogueTest, AsksForThePasswordInAFieldThatDoesNotShowIt) {
  press(Entered::Key::enter);
  written.clear();
  type("logon beat1");
  EXPECT_THAT(written, HasSubstr("ENTER PASSWORD  (IT WILL NOT APPEAR WHEN TYPED):"));
  constexpr char hidden_field[]{0x1D, '<', '\0'};  // START FIELD, X'4C'
  EXPECT_THAT(written, HasSubstr(hidden_field));
  type("secret");
  EXPECT_THAT(member.log, ElementsAre("log on BEAT1"));
  EXPECT_THAT(written, Not(HasSubstr("secret")));
}

TEST_F(DialogueTest, RefusesAWrongPasswordAndAnUnknownUserAlike) {
  press(Entered::Key::enter);
  for (const auto* command : {"logon beat1 wrong", "logon nobody wrong"}) {
    written.clear();
    type(command);
    EXPECT_THAT(written, HasSubstr("HCPLGA050E LOGON unsuccessful--incorrect userid and/or password"));
  }
  EXPECT_THAT(member.log, testing::IsEmpty());
}

TEST_F(DialogueTest, RefusesOtherCommandsBeforeLogon) {
  press(Entered::Key::enter);
  type("query names");
  EXPECT_THAT(written, HasSubstr("HCPCFC015E Command not valid before LOGON: QUERY"));
}

TEST_F(DialogueTest, WhatIsTypedGoesToCpUntilTheMachineRunsAndThenToIt) {
  log_on();
  type("ipl 100");
  member.running = true;
  type("verdict");
  type("#cp query time");
  EXPECT_THAT(member.log, ElementsAre("BEAT1 runs ipl 100", "BEAT1 reads verdict", "BEAT1 runs cp query time"));
}

TEST_F(DialogueTest, Pa1EntersCp) {
  log_on();
  member.running = true;
  press(Entered::Key::pa1);
  type("begin");
  EXPECT_THAT(member.log, ElementsAre("BEAT1 stops", "BEAT1 runs begin"));
}

TEST_F(DialogueTest, ShowsWhetherTheMachineRuns) {
  log_on();
  EXPECT_THAT(written, HasSubstr("CP READ"));
  member.running = true;
  dialogue->second_passed();
  EXPECT_THAT(written, HasSubstr("RUNNING"));
}

TEST_F(DialogueTest, AFullScreenGoesOnAfterAMinuteUnlessItIsHeld) {
  log_on();
  press(Entered::Key::clear);
  for (unsigned row = 1; row <= 23; ++row) dialogue->line(fmt::format("line {}.", row));
  EXPECT_THAT(written, Not(HasSubstr("line 23.")));
  for (unsigned second = 0; second < 60; ++second) dialogue->second_passed();
  EXPECT_THAT(written, HasSubstr("line 23."));
}

TEST_F(DialogueTest, AUserWhoLeavesFreesTheTerminalForTheNext) {
  log_on();
  dialogue->user_left();
  EXPECT_THAT(written, HasSubstr("Press enter or clear key to continue"));
  written.clear();
  press(Entered::Key::enter);
  EXPECT_THAT(written, HasSubstr("USERID   ===>"));
}

TEST_F(DialogueTest, ATerminalThatLeavesDisconnectsItsUser) {
  log_on();
  dialogue->terminal_left();
  EXPECT_THAT(member.log, ElementsAre("BEAT1 disconnects"));
}

TEST_F(DialogueTest, AUserWhoWasDisconnectedIsReconnected) {
  member.logon = DialogueHost::LoggedOn::again;
  log_on();
  EXPECT_THAT(written, HasSubstr("RECONNECTED AT"));
}

TEST_F(DialogueTest, GathersWhatComesWhileTheTerminalIsBusy) {
  unsigned writes = 0;
  const auto busy = std::make_shared<Dialogue>(
      Dialogue::Terminal{.write = [&](const LineScreen::Write&) { ++writes; }, .type = "IBM-3278-2-E", .confirms = true},
      std::make_unique<FakeHost>(member));
  busy->begin();
  busy->confirmed();
  busy->entered({.key = static_cast<std::uint8_t>(Entered::Key::enter), .fields = {}});
  EXPECT_EQ(writes, 2U);
  for (unsigned i = 0; i < 10; ++i) busy->line("text");
  EXPECT_EQ(writes, 2U);
  busy->confirmed();
  EXPECT_EQ(writes, 3U);
}

}  // namespace
}  // namespace cp
