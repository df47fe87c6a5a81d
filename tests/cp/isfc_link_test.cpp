#include "cp/isfc/link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "cp/isfc/write_direction.h"

namespace {

using namespace cp::isfc;
using z::DeviceNumber;

std::vector<DeviceNumber> numbers(unsigned first, unsigned count) {
  std::vector<DeviceNumber> result;
  for (unsigned i = 0; i < count; ++i) result.emplace_back(static_cast<std::uint16_t>(first + i));
  return result;
}

TEST(WriteDirection, OneDeviceIsWrittenByBoth) {
  EXPECT_EQ(writable_devices(numbers(0x6000, 1), "A", "B"), numbers(0x6000, 1));
  EXPECT_EQ(writable_devices(numbers(0x6000, 1), "B", "A"), numbers(0x6000, 1));
}

TEST(WriteDirection, OfFourDevicesTheLowerNameWritesTheLowestThree) {
  EXPECT_EQ(writable_devices(numbers(0x6000, 4), "A", "B"), numbers(0x6000, 3));
  EXPECT_THAT(writable_devices(numbers(0x6000, 4), "B", "A"),
              testing::ElementsAre(DeviceNumber{0x6003}, DeviceNumber{0x6002}, DeviceNumber{0x6001}));
}

// "Example n=16 (D000-D00F): lower name writes on D000..D00D, higher on D00F..D002."
TEST(WriteDirection, OfSixteenDevicesEachSideLeavesTwo) {
  EXPECT_EQ(writable_devices(numbers(0xD000, 16), "A", "B"), numbers(0xD000, 14));
  const auto higher = writable_devices(numbers(0xD000, 16), "B", "A");
  EXPECT_EQ(higher.front(), DeviceNumber{0xD00F});
  EXPECT_EQ(higher.back(), DeviceNumber{0xD002});
}

// Two ends and the devices between them. A block written is on its way until the test lets it arrive.
class IsfcLink : public testing::Test {
 protected:
  struct Flying {
    int to;
    DeviceNumber device;
    std::vector<std::byte> bytes;
  };
  struct End {
    Link link;
    std::vector<std::string> received;
    std::vector<Sender::Token> sent;
    std::vector<std::string> events;
  };

  static Link::Options options(std::string name, std::string peer) {
    return {.own_name = std::move(name), .peer_name = std::move(peer), .max_block = 1000, .window = 4000};
  }
  void open(unsigned count) {
    for (const auto device : numbers(0x6000, count))
      for (auto& end : ends_) end.link.device_opened(device, now_);
    collect();
  }
  void connect(unsigned count) {
    open(count);
    arrive_all();
  }
  static Message text(const std::string& text) {
    Message message;
    for (const char c : text) message.head.push_back(static_cast<std::byte>(c));
    return message;
  }
  void send(int from, const std::string& what, Sender::Token token = 0) {
    ends_[from].link.send(Endpoint::test, text(what), token);
    collect();
  }
  void collect() {
    for (int i = 0; i < 2; ++i)
      for (auto& action : ends_[i].link.actions()) perform(i, action);
  }
  void perform(int from, LinkAction& action) {
    auto& end = ends_[from];
    if (auto* write = std::get_if<WriteBlock>(&action)) {
      Flying block{1 - from, write->device, {}};
      for (const auto piece : write->block.pieces) block.bytes.insert(block.bytes.end(), piece.begin(), piece.end());
      EXPECT_EQ(block.bytes.size(), write->block.length);
      EXPECT_LE(block.bytes.size(), 1000U);
      flying_.push_back(std::move(block));
    } else if (auto* deliver = std::get_if<Deliver>(&action)) {
      std::string what;
      for (const auto b : deliver->bytes) what += static_cast<char>(b);
      end.received.push_back(what);
    } else if (auto* sent = std::get_if<Sent>(&action)) {
      end.sent.push_back(sent->token);
    } else if (auto* up = std::get_if<LinkUp>(&action)) {
      end.events.push_back("up " + up->node);
    } else if (auto* down = std::get_if<LinkDown>(&action)) {
      end.events.push_back("down " + down->node);
    } else if (auto* reject = std::get_if<RejectDevice>(&action)) {
      end.events.push_back("reject " + reject->reason);
    } else if (auto* close = std::get_if<CloseDevice>(&action)) {
      end.events.push_back(fmt::format("close {:04X}", close->device.value));
    }
  }
  void arrive(std::size_t index) {
    const auto block = std::move(flying_[index]);
    flying_.erase(flying_.begin() + static_cast<std::ptrdiff_t>(index));
    ends_[1 - block.to].link.written(block.device);
    ends_[block.to].link.received(block.device, block.bytes, now_);
    collect();
  }
  void arrive_all() {
    while (!flying_.empty()) arrive(0);
  }
  void lose(DeviceNumber device) {
    std::erase_if(flying_, [&](const Flying& f) { return f.device == device; });
    for (auto& end : ends_) end.link.device_lost(device);
    collect();
  }
  std::size_t flying_to(int end) const {
    return static_cast<std::size_t>(std::ranges::count(flying_, end, &Flying::to));
  }

  z::Nanoseconds now_{};
  std::array<End, 2> ends_{End{Link{options("ALPHA", "BETA")}, {}, {}, {}}, End{Link{options("BETA", "ALPHA")}, {}, {}, {}}};
  std::deque<Flying> flying_;
};

TEST_F(IsfcLink, ComesUpAtBothEndsWhenTheyHaveIdentifiedThemselves) {
  connect(4);
  EXPECT_THAT(ends_[0].events, testing::ElementsAre("up BETA"));
  EXPECT_THAT(ends_[1].events, testing::ElementsAre("up ALPHA"));
  for (const auto& end : ends_)
    for (const auto& device : end.link.devices()) EXPECT_EQ(device.state, Link::DeviceState::up);
}

TEST_F(IsfcLink, RejectsADeviceThatLeadsToAnotherNode) {
  ends_[0].link = Link{options("ALPHA", "GAMMA")};
  connect(1);
  EXPECT_THAT(ends_[0].events, testing::ElementsAre("reject node BETA answers where GAMMA was expected"));
}

TEST_F(IsfcLink, SeveralSmallMessagesShareABlock) {
  connect(2);
  send(0, "first");  // takes the one writable device
  for (int i = 0; i < 5; ++i) send(0, "m" + std::to_string(i));
  EXPECT_EQ(flying_to(1), 1U);
  arrive(0);
  EXPECT_EQ(flying_to(1), 1U);
  arrive_all();
  EXPECT_THAT(ends_[1].received, testing::ElementsAre("first", "m0", "m1", "m2", "m3", "m4"));
}

TEST_F(IsfcLink, ALargeMessageIsCutOverTheWritableDevicesAndPutTogetherWhateverOrderTheyTake) {
  connect(4);
  std::string large;
  for (int i = 0; i < 2500; ++i) large += static_cast<char>('a' + i % 26);
  send(0, large);
  EXPECT_EQ(flying_to(1), 3U);
  while (!flying_.empty()) arrive(flying_.size() - 1);
  EXPECT_THAT(ends_[1].received, testing::ElementsAre(large));
}

TEST_F(IsfcLink, AMessageIsReportedAsSentOnceThePeerHasIt) {
  connect(2);
  send(0, "hello", 17);
  EXPECT_TRUE(ends_[0].sent.empty());
  arrive_all();
  EXPECT_THAT(ends_[0].sent, testing::ElementsAre(17));
}

TEST_F(IsfcLink, FramesOfALostDeviceGoAgainOnAnotherWithoutDuplicates) {
  connect(3);
  send(0, std::string(2000, 'x'));
  send(0, "after");
  lose(DeviceNumber{0x6000});
  arrive_all();
  EXPECT_THAT(ends_[1].received, testing::ElementsAre(std::string(2000, 'x'), "after"));
}

TEST_F(IsfcLink, ABlockThatArrivedBeforeItsDeviceWasLostIsNotDeliveredTwice) {
  connect(3);
  send(0, "once");
  const auto block = flying_.front();
  ends_[1].link.received(block.device, block.bytes, now_);
  collect();
  lose(block.device);
  arrive_all();
  EXPECT_THAT(ends_[1].received, testing::ElementsAre("once"));
}

TEST_F(IsfcLink, SendsNoMoreThanThePeersWindowAheadOfItsAcknowledgements) {
  connect(16);
  send(0, std::string(20'000, 'x'));
  EXPECT_LE(flying_to(1), 5U);  // window of 4000 in blocks of 1000
  arrive_all();
  EXPECT_EQ(ends_[1].received.size(), 1U);
}

TEST_F(IsfcLink, LargeBlocksAreAcknowledgedTogether) {
  connect(4);
  send(0, std::string(900, 'x'), 1);
  arrive_all();
  EXPECT_THAT(ends_[0].sent, testing::IsEmpty());
  send(0, std::string(900, 'y'), 2);  // past a quarter of the window
  arrive_all();
  EXPECT_THAT(ends_[0].sent, testing::ElementsAre(1, 2));
}

TEST_F(IsfcLink, TheLastLargeBlockIsAcknowledgedAfterAWhile) {
  connect(4);
  send(0, std::string(900, 'x'), 1);
  arrive_all();
  ASSERT_TRUE(ends_[1].link.deadline());
  EXPECT_LE(*ends_[1].link.deadline() - now_, std::chrono::milliseconds{2});
  now_ = *ends_[1].link.deadline();
  ends_[1].link.timer(now_);
  collect();
  arrive_all();
  EXPECT_THAT(ends_[0].sent, testing::ElementsAre(1));
  EXPECT_FALSE(ends_[1].link.deadline());
}

TEST(IsfcSender, PagesLieOnPagesOfTheBlock) {
  const std::vector<std::byte> pages(192 * z::page_size);
  constexpr std::size_t head_length = 100, block = 196 * z::page_size;
  Sender sender;
  sender.set_window(block);
  sender.queue(Endpoint::test, {.head = std::vector<std::byte>(head_length), .parts = {pages}}, 1);
  const auto pieces = sender.take(DeviceNumber{std::uint16_t{0x6000}}, sizeof(BlockHeader), block);
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ((sizeof(BlockHeader) + pieces[0].header.length + head_length) % z::page_size, 0U);
}

TEST(IsfcSender, ABlockWithoutRoomForThatIsNotPadded) {
  const std::vector<std::byte> pages(2 * z::page_size);
  Sender sender;
  sender.set_window(1 << 20);
  sender.queue(Endpoint::test, {.head = std::vector<std::byte>(100), .parts = {pages}}, 1);
  const auto end = sizeof(BlockHeader) + sizeof(FrameHeader) + 100 + pages.size();
  const auto pieces = sender.take(DeviceNumber{std::uint16_t{0x6000}}, sizeof(BlockHeader), end);
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].header.length, sizeof(FrameHeader));
  EXPECT_EQ(pieces[0].header.data_length, 100 + pages.size());
}

TEST_F(IsfcLink, GoesDownWithItsLastDeviceAndReportsEveryMessage) {
  connect(2);
  send(0, "lost", 1);
  send(0, "lost too", 2);
  lose(DeviceNumber{0x6000});
  lose(DeviceNumber{0x6001});
  EXPECT_THAT(ends_[0].events, testing::ElementsAre("up BETA", "down BETA"));
  EXPECT_THAT(ends_[0].sent, testing::ElementsAre(1, 2));
  connect(2);
  send(0, "new");
  arrive_all();
  EXPECT_THAT(ends_[1].received, testing::ElementsAre("new"));
}

TEST_F(IsfcLink, APeerThatStartsAnewIsNoticedOnADeviceThatNeverFailedHere) {
  connect(2);
  flying_.clear();
  auto fresh = options("BETA", "ALPHA");
  fresh.first_session = 100;
  ends_[1].link = Link{fresh};
  for (const auto device : numbers(0x6000, 2)) ends_[1].link.device_opened(device, now_);
  collect();
  arrive_all();
  EXPECT_THAT(ends_[0].events, testing::ElementsAre("up BETA", "down BETA", "up BETA"));
  send(0, "hello");
  send(1, "hello yourself");
  arrive_all();
  EXPECT_THAT(ends_[1].received, testing::ElementsAre("hello"));
  EXPECT_THAT(ends_[0].received, testing::ElementsAre("hello yourself"));
}

TEST_F(IsfcLink, ADeviceLostAtOneEndOnlyComesBack) {
  connect(2);
  ends_[1].link.device_lost(DeviceNumber{0x6000});
  ends_[1].link.device_opened(DeviceNumber{0x6000}, now_);
  collect();
  arrive_all();
  for (const auto& device : ends_[1].link.devices()) EXPECT_EQ(device.state, Link::DeviceState::up);
  EXPECT_THAT(ends_[1].events, testing::ElementsAre("up ALPHA"));
}

TEST_F(IsfcLink, AnEndThatBeginsAnewOnADeviceGetsAgainWhatItDidNotTake) {
  connect(2);
  send(0, "taken by the device, not by its owner");
  const auto device = flying_.front().device;
  flying_.clear();
  ends_[0].link.written(device);
  ends_[1].link.device_lost(device);
  ends_[1].link.device_opened(device, now_);
  collect();
  arrive_all();
  EXPECT_THAT(ends_[1].received, testing::ElementsAre("taken by the device, not by its owner"));
}

TEST_F(IsfcLink, AskingAgainFindsAPartnerThatMissedTheFirstIdentification) {
  ends_[0].link.device_opened(DeviceNumber{0x6000}, now_);
  collect();
  ends_[0].link.written(DeviceNumber{0x6000});
  flying_.clear();
  ASSERT_TRUE(ends_[0].link.deadline());
  now_ = *ends_[0].link.deadline();
  ends_[1].link.device_opened(DeviceNumber{0x6000}, now_);
  collect();
  flying_.clear();
  ends_[0].link.timer(now_);
  collect();
  ends_[1].link.written(DeviceNumber{0x6000});
  arrive_all();
  EXPECT_THAT(ends_[0].events, testing::ElementsAre("up BETA"));
}

TEST_F(IsfcLink, ADeactivatedDeviceTellsThePeerWhichThenWritesElsewhere) {
  connect(3);
  ends_[0].link.leave(DeviceNumber{0x6001}, now_);
  collect();
  arrive_all();
  EXPECT_THAT(ends_[0].events, testing::ElementsAre("up BETA", "close 6001"));
  EXPECT_THAT(ends_[1].events, testing::ElementsAre("up ALPHA", "reject node ALPHA deactivated it"));
  send(1, std::string(5000, 'x'));
  EXPECT_EQ(std::ranges::count(flying_, DeviceNumber{0x6001}, &Flying::device), 0);
  arrive_all();
  EXPECT_EQ(ends_[0].received.size(), 1U);
}

TEST_F(IsfcLink, ADeviceLeavesOnlyAfterTheBlockThatIsBeingWrittenOnIt) {
  connect(3);
  send(0, std::string(2000, 'x'));
  ends_[0].link.leave(DeviceNumber{0x6000}, now_);
  collect();
  EXPECT_THAT(ends_[0].events, testing::ElementsAre("up BETA"));
  arrive_all();
  EXPECT_THAT(ends_[0].events, testing::ElementsAre("up BETA", "close 6000"));
  EXPECT_THAT(ends_[1].received, testing::ElementsAre(std::string(2000, 'x')));
}

TEST_F(IsfcLink, AFarewellThatNobodyReadsIsGivenUpAfterAWhile) {
  connect(2);
  ends_[0].link.leave(DeviceNumber{0x6000}, now_);
  collect();
  now_ = *ends_[0].link.deadline();
  ends_[0].link.timer(now_);
  collect();
  EXPECT_THAT(ends_[0].events, testing::ElementsAre("up BETA", "close 6000"));
}

TEST_F(IsfcLink, GoesDownWhenItsLastDeviceHasLeft) {
  connect(1);
  ends_[0].link.leave(DeviceNumber{0x6000}, now_);
  collect();
  arrive_all();
  EXPECT_THAT(ends_[0].events, testing::ElementsAre("up BETA", "close 6000", "down BETA"));
  EXPECT_THAT(ends_[1].events, testing::ElementsAre("up ALPHA", "reject node ALPHA deactivated it", "down ALPHA"));
}

TEST_F(IsfcLink, ADamagedBlockClosesItsDevice) {
  connect(1);
  ends_[0].link.received(DeviceNumber{0x6000}, std::vector<std::byte>(39), now_);
  collect();
  EXPECT_THAT(ends_[0].events, testing::ElementsAre("up BETA", "reject block ends within a header", "down BETA"));
}

}  // namespace
