// Virtual CTCs: coupled and uncoupled at will, and moved while a command waits.
#include "ctc/jack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ctc/fctc_device.h"
#include "loop.h"
#include "ports.h"

namespace ctc {
namespace {

using test::Program;

constexpr std::uint8_t prepare = 0xE3, read = 0x02, write = 0x01, nop = 0x03, set_extended = 0xC3;

std::vector<std::byte> bytes(std::initializer_list<int> values) {
  std::vector<std::byte> result;
  for (const int value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}

// Virtual CTCs of a guest, each with its jack.
class VirtualCtc : public testing::Test {
 protected:
  struct Side {
    Jack* jack;
    std::unique_ptr<Program> program;
  };
  Side make(const std::string& name) {
    auto jack = std::make_unique<Jack>(name, [this](std::function<void()> work) { loop_.post(std::move(work)); });
    auto* const made = jack.get();
    return {made, std::make_unique<Program>(std::make_unique<FctcDevice>(std::move(jack), Role::proxy))};
  }
  void couple(Side& one, Side& other) {
    loop_.run([&] { Jack::couple(*one.jack, *other.jack); });
  }
  // Both have issued a command, so neither is "not ready".
  void make_ready(Side& one, Side& other) {
    one.program->run(nop);
    other.program->run(nop);
    if (one.program->run(nop).status != channel::ended) ADD_FAILURE();
  }
  std::vector<std::byte> saved(Side& side) {
    std::vector<std::byte> state;
    loop_.run([&] { state = side.program->device().save(); });
    return state;
  }
  void restore(Side& side, const std::vector<std::byte>& state) {
    loop_.run([&] {
      const auto restored = side.program->device().restore(state);
      EXPECT_TRUE(restored) << restored.error().text();
    });
  }
  void end(Side& side) {
    loop_.run([&] { side.program.reset(); });
  }

  test::Loop loop_;
};

TEST_F(VirtualCtc, ThatIsCoupledToNothingIsDisconnected) {
  auto one = make("LINUX1 0600");
  const auto result = one.program->run(write, bytes({1}));
  EXPECT_EQ(result.status, channel::unit_check);
  EXPECT_EQ(result.sense, 0x41);
  EXPECT_EQ(one.jack->state(), "not coupled");
  end(one);
}

TEST_F(VirtualCtc, ThatIsCoupledReadsWhatTheOtherWrites) {
  auto one = make("LINUX1 0600"), other = make("LINUX2 0600");
  couple(one, other);
  EXPECT_EQ(one.jack->coupled_to(), "LINUX2 0600");
  make_ready(one, other);
  one.program->start(read, std::vector<std::byte>(8));
  EXPECT_EQ(other.program->await_unsolicited(), channel::attention);
  EXPECT_EQ(other.program->run(write, bytes({1, 2, 3})).status, channel::ended);
  EXPECT_EQ(one.program->finish().data, bytes({1, 2, 3}));
  end(one), end(other);
}

TEST_F(VirtualCtc, ThatIsUncoupledEndsWhatWaitedAndCanBeCoupledToAnother) {
  auto one = make("LINUX1 0600"), other = make("LINUX2 0600"), third = make("LINUX3 0600");
  couple(one, other);
  make_ready(one, other);
  one.program->start(read, std::vector<std::byte>(8));
  EXPECT_EQ(other.program->await_unsolicited(), channel::attention);
  loop_.run([&] { other.jack->uncouple(); });
  const auto result = one.program->finish();
  EXPECT_EQ(result.status, channel::ended | channel::unit_check);
  EXPECT_EQ(result.sense, 0x41);
  couple(one, third);
  make_ready(one, third);
  EXPECT_EQ(one.jack->coupled_to(), "LINUX3 0600");
  end(one), end(other), end(third);
}

TEST_F(VirtualCtc, ThatEndsUncouplesTheOther) {
  auto one = make("LINUX1 0600"), other = make("LINUX2 0600");
  couple(one, other);
  end(other);
  loop_.run([&] { EXPECT_FALSE(one.jack->is_coupled()); });
  EXPECT_EQ(one.program->run(nop).sense, 0x41);
  end(one);
}

// What the far side sees is what it would see without a move: its WRITE ends the PREPARE, and a READ takes the data.
TEST_F(VirtualCtc, ThatMovesWhileItsPrepareWaitsGetsItsDeviceEndThere) {
  auto here = make("LINUX1 0600"), far = make("SYSTEM LAN1");
  couple(here, far);
  make_ready(here, far);
  EXPECT_EQ(far.program->run(set_extended).status, channel::ended);
  here.program->start(prepare);
  here.program->await_channel_end();
  const auto state = saved(here);

  auto there = make("LINUX1 0600"), far_there = make("SYSTEM LAN1");
  restore(there, state);
  couple(there, far_there);
  far_there.program->start(write, bytes({7, 8}));
  EXPECT_EQ(there.program->await_device_end(), channel::device_end);
  EXPECT_EQ(there.program->run(read, std::vector<std::byte>(8)).data, bytes({7, 8}));
  EXPECT_EQ(far_there.program->finish().status, channel::ended);
  EXPECT_FALSE(there.program->has_unsolicited());
  end(here), end(far), end(there), end(far_there);
}

// The channel executes a command anew that had no ending.
TEST_F(VirtualCtc, ThatMovesWhileItsReadWaitsReadsThere) {
  auto here = make("LINUX1 0600"), far = make("SYSTEM LAN1");
  couple(here, far);
  make_ready(here, far);
  here.program->start(read, std::vector<std::byte>(8));
  EXPECT_EQ(far.program->await_unsolicited(), channel::attention);
  const auto state = saved(here);

  auto there = make("LINUX1 0600"), far_there = make("SYSTEM LAN1");
  restore(there, state);
  couple(there, far_there);
  there.program->start(read, std::vector<std::byte>(8));
  EXPECT_EQ(far_there.program->await_unsolicited(), channel::attention);
  EXPECT_EQ(far_there.program->run(write, bytes({9})).status, channel::ended);
  EXPECT_EQ(there.program->finish().data, bytes({9}));
  end(here), end(far), end(there), end(far_there);
}

// The writer has been told that its data is taken, so it must not be lost.
TEST_F(VirtualCtc, ThatMovesBeforeItsReadIsPresentedTakesTheDataAlong) {
  auto here = make("LINUX1 0600"), far = make("SYSTEM LAN1");
  couple(here, far);
  make_ready(here, far);
  here.program->start(read, std::vector<std::byte>(8));
  EXPECT_EQ(far.program->await_unsolicited(), channel::attention);
  EXPECT_EQ(far.program->run(write, bytes({4, 5, 6})).status, channel::ended);
  const auto state = saved(here);

  auto there = make("LINUX1 0600");
  restore(there, state);
  const auto result = there.program->run(read, std::vector<std::byte>(8));
  EXPECT_EQ(result.status, channel::ended);
  EXPECT_EQ(result.data, bytes({4, 5, 6}));
  end(here), end(far), end(there);
}

TEST_F(VirtualCtc, ThatIsHeldKeepsWhatIsSentUntilItGoesOn) {
  auto one = make("LINUX1 0600"), other = make("SYSTEM LAN1");
  couple(one, other);
  make_ready(one, other);
  loop_.run([&] { one.jack->hold(); });
  one.program->start(write, bytes({1}));
  other.program->start(read, std::vector<std::byte>(4));
  loop_.run([] {});
  EXPECT_TRUE(one.program->is_waiting());
  loop_.run([&] { one.jack->go_on(); });
  EXPECT_EQ(one.program->finish().status, channel::ended);
  EXPECT_EQ(other.program->finish().data, bytes({1}));
  end(one), end(other);
}

TEST_F(VirtualCtc, WhoseStateIsCutShortIsRefused) {
  auto one = make("LINUX1 0600"), other = make("LINUX2 0600");
  couple(one, other);
  const auto state = saved(one);
  auto third = make("LINUX1 0600");
  for (std::size_t length = 0; length < state.size(); ++length)
    EXPECT_FALSE(third.program->device().restore(std::span{state}.first(length))) << length;
  end(one), end(other), end(third);
}

}  // namespace
}  // namespace ctc
