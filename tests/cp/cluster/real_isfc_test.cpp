#include <gmock/gmock.h>

#include <cstring>
#include <random>

#include "real_systems.h"

namespace cp {
namespace {

using isfc::Endpoint;

class RealIsfc : public RealSystems {
 protected:
  // Both activate their CTCs; until each has its link.
  void connect() {
    std::promise<void> up[2];
    RealSystem* systems[] = {alpha_.get(), beta_.get()};
    for (int i = 0; i < 2; ++i)
      systems[i]->run([&, i] {
        systems[i]->isfc->listen(Endpoint::membership, {.message = [](const std::string&, std::span<const std::byte>) {},
                                                        .link_up = [&, i](const std::string&) { up[i].set_value(); },
                                                        .link_down = [](const std::string&) {}});
        EXPECT_TRUE(systems[i]->isfc->activate(systems[i]->ctc_devices(), systems[1 - i]->name));
      });
    for (auto& promise : up) await(promise.get_future());
    for (auto* system : systems)
      system->run([&] {
        system->isfc->listen(Endpoint::membership, {.message = [](const std::string&, std::span<const std::byte>) {},
                                                    .link_up = [](const std::string&) {},
                                                    .link_down = [](const std::string&) {}});
      });
  }

  // A message of `size` bytes that says its number and is filled with what follows from it.
  static std::vector<std::byte> numbered(std::uint64_t number, std::size_t size) {
    std::vector<std::byte> bytes(size);
    std::mt19937_64 random{number};
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
      const auto value = i == 0 ? number : random();
      std::memcpy(bytes.data() + i, &value, 8);
    }
    return bytes;
  }

  struct Sink {
    std::uint64_t next = 0;
    std::uint64_t wrong = 0;
    std::promise<void> complete;
  };
  static void expect(RealSystem& system, Sink& sink, std::uint64_t count, std::size_t size) {
    system.run([&, count, size] {
      system.isfc->listen(Endpoint::test, {.message =
                                               [&sink, count, size](const std::string&, std::span<const std::byte> bytes) {
                                                 sink.wrong += std::ranges::equal(bytes, numbered(sink.next, size)) ? 0 : 1;
                                                 if (++sink.next == count) sink.complete.set_value();
                                               },
                                           .link_up = [](const std::string&) {},
                                           .link_down = [](const std::string&) {}});
    });
  }
  static void send_all(RealSystem& system, const std::string& to, std::uint64_t count, std::size_t size) {
    for (std::uint64_t i = 0; i < count; ++i)
      system.loop.post([&system, to, i, size] {
        system.isfc->send(to, Endpoint::test, {.head = numbered(i, size), .parts = {}}, {});
      });
  }
};

TEST_F(RealIsfc, AHundredMegabytesArriveIntactAndInOrder) {
  connect();
  constexpr std::size_t size = 512 << 10;
  Sink sink;
  expect(*beta_, sink, 200, size);
  send_all(*alpha_, "BETA", 200, size);
  await(sink.complete.get_future());
  EXPECT_EQ(sink.wrong, 0U);
}

TEST_F(RealIsfc, BothDirectionsAtOnceCollideAndLoseNothing) {
  connect();
  constexpr std::size_t size = 300'000;
  Sink at_alpha, at_beta;
  expect(*alpha_, at_alpha, 100, size);
  expect(*beta_, at_beta, 100, size);
  send_all(*alpha_, "BETA", 100, size);
  send_all(*beta_, "ALPHA", 100, size);
  await(at_alpha.complete.get_future());
  await(at_beta.complete.get_future());
  EXPECT_EQ(at_alpha.wrong + at_beta.wrong, 0U);
}

TEST_F(RealIsfc, ManySmallMessagesKeepTheirOrder) {
  connect();
  Sink at_alpha, at_beta;
  expect(*alpha_, at_alpha, 5000, 64);
  expect(*beta_, at_beta, 5000, 64);
  send_all(*alpha_, "BETA", 5000, 64);
  send_all(*beta_, "ALPHA", 5000, 64);
  await(at_alpha.complete.get_future());
  await(at_beta.complete.get_future());
  EXPECT_EQ(at_alpha.wrong + at_beta.wrong, 0U);
}

TEST_F(RealIsfc, DevicesThatGoAndComeInTheMiddleCostNothing) {
  connect();
  constexpr std::size_t size = 200'000;
  Sink sink;
  expect(*beta_, sink, 200, size);
  for (unsigned round = 0; round < 10; ++round) {
    for (std::uint64_t i = round * 20U; i < (round + 1) * 20U; ++i)
      alpha_->loop.post([this, i] { alpha_->isfc->send("BETA", Endpoint::test, {.head = numbered(i, size), .parts = {}}, {}); });
    const z::DeviceNumber device{static_cast<std::uint16_t>(0x6000 + round % 3)};
    auto& system = round % 2 == 0 ? *alpha_ : *beta_;
    std::promise<void> closed;
    system.run([&] { EXPECT_TRUE(system.isfc->deactivate(device, [&] { closed.set_value(); })); });
    await(closed.get_future());
    system.run([&] { EXPECT_TRUE(system.isfc->activate({device}, &system == alpha_.get() ? "BETA" : "ALPHA")); });
  }
  await(sink.complete.get_future());
  EXPECT_EQ(sink.wrong, 0U);
}

// An idle end learns it from its next WRITE; members write a heartbeat each second.
TEST_F(RealIsfc, ADeadPeerTakesTheLinkDownAtTheNextWrite) {
  connect();
  std::promise<void> down;
  alpha_->run([&] {
    alpha_->isfc->listen(Endpoint::test, {.message = [](const std::string&, std::span<const std::byte>) {},
                                          .link_up = [](const std::string&) {},
                                          .link_down = [&](const std::string&) { down.set_value(); }});
  });
  beta_.reset();
  alpha_->loop.post([this] { alpha_->isfc->send("BETA", Endpoint::test, {.head = numbered(1, 100), .parts = {}}, {}); });
  await(down.get_future());
  EXPECT_FALSE(alpha_->run([&] { return alpha_->isfc->is_up("BETA"); }));
}

}  // namespace
}  // namespace cp
