// CHANNEL SUBSYSTEM CALL: requests as Linux writes them, responses as it takes them apart.
#include "channel/subsystem_call.h"

#include "channel_fixture.h"

namespace channel::test {
namespace {

class SubsystemCall : public ChannelTest {
 protected:
  std::uint16_t call(std::uint16_t code, std::uint32_t word1 = 0, std::uint32_t word2 = 0, std::uint16_t length = 16) {
    z::be16::store(&block[0], length);
    z::be16::store(&block[2], code);
    z::be32::store(&block[4], word1);
    z::be32::store(&block[8], word2);
    accepted = channel::call(*subsystem, block);
    return z::be16::load(&block[18]);
  }
  std::uint32_t word(std::size_t at) const { return z::be32::load(&block[at]); }

  std::array<std::byte, 4096> block{};
  bool accepted = false;
};

TEST_F(SubsystemCall, DescribesASubchannelWithItsDeviceAndPaths) {
  EXPECT_EQ(call(0x0004, 0x0000'0000, 0x0000'0000), 1);
  EXPECT_EQ(z::be16::load(&block[16]), 4 + 4 + 32);
  EXPECT_EQ(word(24), 0xC000'0200u);  // subchannel and device valid, I/O type, unit address 00, device number 0200
  EXPECT_EQ(word(28), 0x8000'0000u);  // one path, no link address, subchannel 0
  EXPECT_EQ(word(32), 0x0000'0000u);  // on channel path 00
}

TEST_F(SubsystemCall, SaysThatASubchannelIsNotThere) {
  EXPECT_EQ(call(0x0004, 0x0000'0007, 0x0000'0007), 1);
  EXPECT_EQ(word(24), 0u);
  EXPECT_EQ(word(28), 7u);
}

TEST_F(SubsystemCall, DescribesChannelPathsAndWhichAreThere) {
  EXPECT_EQ(call(0x0002, 0x0000'0000, 0x0000'0001), 1);
  EXPECT_EQ(word(24), 0x8000'1B00u);
  EXPECT_EQ(word(32), 0x0000'0001u);
}

TEST_F(SubsystemCall, ARangeThatEndsBeforeItBeginsIsAnInvalidRequest) {
  EXPECT_EQ(call(0x0002, 0x0000'0002, 0x0000'0001), 3);
  EXPECT_EQ(call(0x0004, 0x0000'0002, 0x0000'0001), 3);
}

TEST_F(SubsystemCall, HasNoEventInformation) { EXPECT_EQ(call(0x000E), 5); }

TEST_F(SubsystemCall, TurnsSubchannelSetsOnAndThenDescribesTheirSubchannels) {
  ASSERT_TRUE(subsystem->attach(z::DeviceNumber{0x0300}, std::make_unique<ScriptedDevice>(), {z::Chpid{0}}, 1));
  EXPECT_EQ(call(0x0031, 0x0000'0002), 1);
  EXPECT_EQ(call(0x0004, 0x0010'0000, 0x0000'0000), 1);
  EXPECT_EQ(word(24), 0xC000'0300u);
}

TEST_F(SubsystemCall, HasNoOtherDomainAttribute) { EXPECT_EQ(call(0x0031, 0x0000'0001), 0x0101); }

TEST_F(SubsystemCall, AnswersAnyOtherRequestAsUnavailable) {
  for (const std::uint16_t code : {0x0016, 0x0021, 0x0033, 0x0034, 0x004C, 0x0FFF}) EXPECT_EQ(call(code), 4) << code;
}

TEST_F(SubsystemCall, TheCharacteristicsFillThePage) {
  EXPECT_EQ(call(0x0010), 1);
  EXPECT_EQ(z::be16::load(&block[16]), 4096 - 16);
}

TEST_F(SubsystemCall, OffersTransportModeWithPathsThatTakeFourMegabytes) {
  EXPECT_EQ(call(0x0010), 1);
  EXPECT_EQ(std::to_integer<int>(block[24 + 11]) & 0x80, 0x80) << "bit 88 of the characteristics";
  EXPECT_EQ(call(0x0002, 0x0000'0100, 0x0000'0000), 1);
  EXPECT_EQ(word(24), 0x8000'1B00u);
  EXPECT_EQ(z::be16::load(&block[24 + 20]), 64);
  EXPECT_EQ(z::be16::load(&block[24 + 22]), 5);
}

TEST_F(SubsystemCall, OffersExtendedMeasurementBlocks) {
  EXPECT_EQ(call(0x0010), 1);
  EXPECT_EQ(std::to_integer<int>(block[24 + 6]) & 0x80, 0x80) << "bit 48 of the characteristics";
}

TEST_F(SubsystemCall, ARequestOfAnImpossibleLengthIsRefused) {
  for (const std::uint16_t length : {0, 2, 7, 4095, 4096, 4092, 0xFFF8}) {
    call(0x0010, 0, 0, length);
    EXPECT_FALSE(accepted) << length;
  }
}

TEST_F(SubsystemCall, ALongRequestLeavesTheResponseWhatRoomThereIs) {
  call(0x0010, 0, 0, 4080);
  EXPECT_TRUE(accepted);
  EXPECT_EQ(word(4080), 0x0010'0001u);
}

}  // namespace
}  // namespace channel::test
