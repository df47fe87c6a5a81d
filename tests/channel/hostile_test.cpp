// Programs that mean harm: whatever lies in storage, a start ends with status that the architecture knows.
#include <random>

#include "channel/ccw.h"
#include "channel_fixture.h"

namespace channel::test {
namespace {

// 64 CCWs that point mostly at each other and at data near them.
class HostileProgram : public ChannelTest, public ::testing::WithParamInterface<unsigned> {
 protected:
  std::uint64_t random_ccw(std::mt19937_64& random, bool format_1) {
    constexpr std::uint8_t commands[]{0x01, 0x02, 0x03, 0x04, 0x07, 0x08, 0x0C, 0x10, 0x31, 0x86, 0xE4, 0x18};
    const std::uint8_t command = random() % 16 == 0 ? static_cast<std::uint8_t>(random()) : commands[random() % std::size(commands)];
    const auto flags = static_cast<std::uint8_t>(random() % 2 == 0 ? CC | SLI : random());
    const auto count = static_cast<std::uint16_t>(command == 0x08 && random() % 4 != 0 ? 0 : random() % 8 == 0 ? random() : random() % 64);
    auto address = static_cast<std::uint32_t>(program_at + 8 * (random() % 64));
    if (random() % 8 == 0) address = static_cast<std::uint32_t>(random());
    return format_1 ? ccw1(command, command == 0x08 && random() % 4 != 0 ? 0 : flags, count, address)
                    : ccw0(command, flags, count, address & 0xFF'FFFF);
  }
  void script(std::mt19937_64& random) {
    const auto seed = random();
    auto dice = std::make_shared<std::mt19937_64>(seed);
    for (unsigned command = 0; command < 256; ++command)
      device->on(static_cast<std::uint8_t>(command), [dice, command](Transfer& data) {
        std::vector<std::byte> bytes((*dice)() % 5000);
        if (Ccw::is_input(static_cast<std::uint8_t>(command))) data.send(bytes);
        else data.receive(bytes);
        if ((*dice)() % 16 == 0) return Ending::with(ended | unit_check);
        if ((*dice)() % 4 == 0) return Ending::with(ended | status_modifier);
        return Ending::with(ended);
      });
  }
};

TEST_P(HostileProgram, EndsWithArchitectedStatus) {
  std::mt19937_64 random{GetParam()};
  script(random);
  for (int round = 0; round < 40; ++round) {
    const bool format_1 = random() % 2 == 0;
    for (std::uint32_t i = 0; i < 64; ++i) put(program_at + 8 * i, random_ccw(random, format_1));
    auto request = orb(static_cast<std::uint32_t>(format_1 ? Orb::format_1 : 0) |
                       (static_cast<std::uint32_t>(random()) & (Orb::suspend_control | Orb::format_2_idaw | Orb::idaw_2k | Orb::modified_indirect |
                                                               Orb::initial_status | Orb::suppress_suspended | 0x3000'0000)));
    request.program_address = program_at + 8 * static_cast<std::uint32_t>(random() % 64);
    ASSERT_EQ(subsystem->start(ssid, request), Answer::cc0);
    if (random() % 2 == 0) settle();
    // A program that loops or is suspended is ended by CLEAR; one that is over answers with its status.
    subsystem->clear(ssid);
    Scsw last{};
    do {
      const auto irb = interruption();
      last = irb.scsw;
      EXPECT_TRUE(last.has(Scsw::status_pending));
    } while (!last.has(Scsw::clear_function));
    EXPECT_EQ(scsw().control & 0xFFFF, 0U);
  }
}

TEST_P(HostileProgram, EndsByItselfWhenItCannotLoop) {
  std::mt19937_64 random{GetParam() + 1000};
  script(random);
  for (int round = 0; round < 40; ++round) {
    const bool format_1 = random() % 2 == 0;
    for (std::uint32_t i = 0; i < 64; ++i) {
      const auto ccw = random_ccw(random, format_1);
      const bool transfers = (ccw >> 56 & 0x0F) == 0x08;
      put(program_at + 8 * i, transfers ? 0 : ccw & ~std::uint64_t{format_1 ? std::uint64_t{S} << 48 : std::uint64_t{S} << 24});
    }
    put(program_at + 512, 0);  // no command
    put(program_at + 520, 0);
    const auto key = static_cast<std::uint32_t>(random()) & 0x3000'0000;
    ASSERT_EQ(start(key | (format_1 ? Orb::format_1 : 0)), Answer::cc0);
    Scsw last{};
    do last = interruption().scsw;
    while (!last.has(Scsw::primary));
    EXPECT_TRUE(last.has(Scsw::secondary));
    // Broken programs overwrite themselves; but what ends is always named.
    const bool named = last.device_status != 0 || last.subchannel_status != 0;
    EXPECT_TRUE(named);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, HostileProgram, ::testing::Range(1U, 21U));

}  // namespace
}  // namespace channel::test
