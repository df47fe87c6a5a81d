#include "terminal/display_3270.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "area.h"

namespace terminal {
namespace {

using channel::Ending;
using channel::test::Area;
using testing::ElementsAre;
using testing::IsEmpty;

Bytes bytes(std::initializer_list<int> values) {
  Bytes result;
  for (const int value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

class FakeSession final : public Session {
 public:
  void send(std::uint8_t command, std::span<const std::byte> data) override { sent.emplace_back(command, Bytes{data.begin(), data.end()}); }
  void close() override { closed = true; }
  bool confirms() const override { return responses; }
  const std::string& type() const override { return type_; }
  const std::string& name() const override { return name_; }

  bool responses = false;
  bool closed = false;
  std::vector<std::pair<int, Bytes>> sent;

 private:
  std::string type_ = "IBM-3279-2-E", name_ = "LU0001";
};

class FakePort final : public channel::Port {
 public:
  void resume() override { ++resumed; }
  void end_device(channel::DeviceStatus) override {}
  void present_unsolicited(channel::DeviceStatus status) override { presented.push_back(status.bits); }
  int resumed = 0;
  std::vector<int> presented;
};

class Display3270Test : public testing::Test {
 protected:
  Display3270Test() { display.attached(port); }

  void connect() {
    line->reserve();
    line->connected(session);
    session->sent.clear();  // the greeting
    port.presented.clear();
    if (session->responses) line->confirmed(Confirmation::done);
  }
  Ending write(int command, const Bytes& data) {
    Area area{data};
    return display.execute(static_cast<std::uint8_t>(command), area);
  }
  Ending read(int command, std::size_t count = 4096) {
    Area area{count};
    const auto ending = display.execute(static_cast<std::uint8_t>(command), area);
    input = area.input;
    excess = area.excess;
    return ending;
  }
  void expect_check(const Ending& ending, int sense_byte_0) {
    EXPECT_EQ(ending.status, channel::ended | channel::unit_check);
    EXPECT_EQ(display.sense().bytes[0], sense_byte_0);
  }
  static void expect_end(const Ending& ending) {
    EXPECT_EQ(ending.kind, Ending::Kind::status);
    EXPECT_EQ(ending.status, channel::ended);
  }
  static void expect_wait(const Ending& ending) { EXPECT_EQ(ending.kind, Ending::Kind::waiting); }

  FakePort port;
  std::shared_ptr<FakeSession> session = std::make_shared<FakeSession>();
  std::shared_ptr<DisplayLine> line = std::make_shared<DisplayLine>();
  Display3270 display{Display3270::Model::m3279, line, "listen=here", [] {}};
  Bytes input;
  bool excess = false;
};

TEST_F(Display3270Test, RequiresInterventionWithoutATerminalAndSignalsDeviceEndWhenOneComes) {
  expect_check(write(0x05, bytes({0xC3})), 0x40);
  line->reserve();
  line->connected(session);
  EXPECT_THAT(port.presented, ElementsAre(0x04));
  expect_end(write(0x05, bytes({0xC3})));
}

TEST_F(Display3270Test, SendsWhatIsWritten) {
  connect();
  expect_end(write(0x0D, bytes({0xC2, 0x11})));
  expect_end(write(0x0F, {}));
  EXPECT_THAT(session->sent, ElementsAre(testing::Pair(0x0D, bytes({0xC2, 0x11})), testing::Pair(0x0F, IsEmpty())));
}

TEST_F(Display3270Test, EndsAWriteWhenTheTerminalConfirmsIt) {
  session->responses = true;
  connect();
  expect_wait(write(0x01, bytes({0xC2})));
  line->confirmed(Confirmation::done);
  EXPECT_EQ(port.resumed, 1);
  expect_end(write(0x01, bytes({0xC2})));
  EXPECT_EQ(session->sent.size(), 1U);
}

TEST_F(Display3270Test, ChecksAWriteThatTheTerminalRefuses) {
  session->responses = true;
  connect();
  write(0x01, bytes({0xC2}));
  line->confirmed(Confirmation::operation_check);
  expect_check(write(0x01, bytes({0xC2})), 0x01);
}

TEST_F(Display3270Test, ChecksAWriteWhoseTerminalLeaves) {
  session->responses = true;
  connect();
  write(0x01, bytes({0xC2}));
  line->disconnected();
  EXPECT_EQ(port.resumed, 1);
  expect_check(write(0x01, bytes({0xC2})), 0x40);
}

TEST_F(Display3270Test, TellsOfAReplacedTerminalBeforeItWritesToIt) {
  connect();
  line->disconnected();
  connect();
  expect_check(write(0x01, bytes({0xC2})), 0x40);
  EXPECT_THAT(port.presented, ElementsAre(0x04));
  expect_end(write(0x01, bytes({0xC2})));
}

TEST_F(Display3270Test, AnErasedScreenTakesItsInputWithItAndWhatTheTerminalSaysNextIsAnnounced) {
  connect();
  line->received(bytes({0x7D, 0x40, 0x40}));
  expect_end(write(0x0D, bytes({0xC2})));
  expect_end(write(0x11, bytes({0x00, 0x07, 0x01, 0xFF, 0x03, 0x00, 0x81})));
  port.presented.clear();
  line->received(bytes({0x88, 0x00, 0x05, 0x81}));
  EXPECT_THAT(port.presented, ElementsAre(0x80));
  expect_end(read(0x06));
  EXPECT_EQ(input, bytes({0x88, 0x00, 0x05, 0x81}));
}

TEST_F(Display3270Test, AnAttentionTellsOfInputThatReadModifiedTakes) {
  connect();
  line->received(bytes({0x7D, 0x40, 0x40, 0x11}));
  EXPECT_THAT(port.presented, ElementsAre(0x80));
  expect_end(read(0x06));
  EXPECT_EQ(input, bytes({0x7D, 0x40, 0x40, 0x11}));
  EXPECT_THAT(session->sent, IsEmpty());
}

TEST_F(Display3270Test, AShortReadIsOfIncorrectLength) {
  connect();
  line->received(bytes({0x7D, 0x40, 0x40, 0x11}));
  expect_end(read(0x06, 3));
  EXPECT_EQ(input, bytes({0x7D, 0x40, 0x40}));
  EXPECT_TRUE(excess);
}

TEST_F(Display3270Test, ReadModifiedWithoutInputAsksTheTerminal) {
  connect();
  expect_wait(read(0x06));
  EXPECT_THAT(session->sent, ElementsAre(testing::Pair(0x06, IsEmpty())));
  line->received(bytes({0x60, 0x40, 0x40}));
  EXPECT_THAT(port.presented, IsEmpty());
  expect_end(read(0x06));
  EXPECT_EQ(input, bytes({0x60, 0x40, 0x40}));
}

TEST_F(Display3270Test, ReadBufferAsksTheTerminalEvenWhenThereIsInput) {
  connect();
  line->received(bytes({0x7D, 0x40, 0x40}));
  expect_wait(read(0x02));
  line->received(bytes({0x7D, 0x40, 0x40, 0x1D, 0x60}));
  expect_end(read(0x02));
  EXPECT_EQ(input, bytes({0x7D, 0x40, 0x40, 0x1D, 0x60}));
}

TEST_F(Display3270Test, TheConfirmationOfAHaltedWriteDoesNotEndTheNext) {
  session->responses = true;
  connect();
  write(0x01, bytes({0xC2}));
  display.signal(channel::Signal::halt);
  expect_wait(write(0x05, bytes({0xC3})));
  line->confirmed(Confirmation::done);
  EXPECT_EQ(port.resumed, 0);
  line->confirmed(Confirmation::done);
  expect_end(write(0x05, bytes({0xC3})));
}

TEST_F(Display3270Test, RejectsUnknownCommandsAndThoseOfLaterModels) {
  connect();
  expect_check(write(0x31, bytes({0})), 0x80);
  Display3270 old{Display3270::Model::m3277, std::make_shared<DisplayLine>(), "", [] {}};
  Area area{bytes({0})};
  EXPECT_EQ(old.execute(0x11, area).status, channel::ended | channel::unit_check);
}

TEST_F(Display3270Test, ChecksAWriteThatIsLongerThanAnyScreen) {
  connect();
  expect_check(write(0x01, Bytes(65'537, std::byte{0x40})), 0x01);
  EXPECT_THAT(session->sent, IsEmpty());
}

TEST_F(Display3270Test, HangsUpWhenTheDeviceGoes) {
  auto other = std::make_shared<DisplayLine>();
  {
    Display3270 gone{Display3270::Model::m3278, other, "", [] {}};
    other->connected(session);
  }
  EXPECT_TRUE(session->closed);
}

}  // namespace
}  // namespace terminal
