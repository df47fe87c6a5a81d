#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator.h"

// Two nodes send numbered messages of all sizes to each other while CTCs between them fail and come back.
namespace {

using namespace std::chrono_literals;
using cp::isfc::Driver;
using cp::isfc::Endpoint;

struct Node {
  Node(sim::World& world, sim::Network& network, std::string own, std::string peer)
      : name(std::move(own)), host(std::make_shared<sim::Host>(world)), ctcs(network, host, name),
        driver(world.clock(), *host, ctcs,
               {.own_name = name, .first_session = static_cast<std::uint64_t>(world.clock().utc().count()), .max_block = 3000, .window = 12'000},
               {.link_up = {}, .link_down = {}, .message = {}, .report = [](const std::string&) {}}) {
    driver.listen(Endpoint::test, {.message = [this](const std::string&, std::span<const std::byte> m) { take(m); },
                                   .link_up = [this](const std::string&) { is_up = true; },
                                   .link_down = [this](const std::string&) {
                                     is_up = false;
                                     ++downs;
                                   }});
    EXPECT_TRUE(driver.activate(network.devices(name, peer), peer));
  }

  // The number, then bytes that follow from it.
  void send(const std::string& peer, std::size_t size) {
    const auto number = ++last_sent;
    cp::isfc::Message message;
    message.head.resize(4);
    z::be32::store(message.head.data(), number);
    auto body = std::make_shared<std::vector<std::byte>>(size, static_cast<std::byte>(number * 7));
    message.parts.emplace_back(*body);
    ++unreported;
    driver.send(peer, Endpoint::test, std::move(message), [this, body] { --unreported; });
  }
  void take(std::span<const std::byte> message) {
    const auto number = z::be32::load(message.data());
    for (std::size_t i = 4; i < message.size(); ++i)
      if (message[i] != static_cast<std::byte>(number * 7)) return errors.push_back("damaged " + std::to_string(number));
    if (number <= last_received) errors.push_back(fmt::format("{} after {}", number, last_received));
    if (number != last_received + 1) ++gaps;
    last_received = number;
  }

  std::string name;
  std::shared_ptr<sim::Host> host;
  sim::Ctcs ctcs;
  Driver driver;
  bool is_up = false;
  unsigned downs = 0, gaps = 0;
  int unreported = 0;
  std::uint32_t last_sent = 0, last_received = 0;
  std::vector<std::string> errors;
};

class IsfcChaos : public testing::TestWithParam<unsigned> {
 protected:
  enum class Keep : std::uint8_t { one_device, none };

  static void run(std::uint64_t seed, Keep keep) {
    sim::World world{seed};
    sim::Network network{world};
    const auto devices = network.connect("ALPHA", "BETA", GetParam());
    Node alpha{world, network, "ALPHA", "BETA"}, beta{world, network, "BETA", "ALPHA"};
    world.run_for(2s);
    ASSERT_TRUE(alpha.is_up && beta.is_up) << seed;
    for (int step = 0; step < 300; ++step) {
      world.run_for(world.random_time(0ms, 20ms));
      const auto size = world.chance(200) ? world.random(20'000) : world.random(300);
      world.chance(500) ? alpha.send("BETA", size) : beta.send("ALPHA", size);
      const auto first = keep == Keep::one_device ? 1U : 0U;
      if (first == devices.size() || !world.chance(100)) continue;
      const auto device = devices[first + world.random(devices.size() - first)];
      world.chance(500) ? network.cut(device) : network.restore(device);
    }
    network.restore_all();
    world.run_for(10s);
    for (const auto* node : {&alpha, &beta}) {
      EXPECT_THAT(node->errors, testing::IsEmpty()) << seed;
      EXPECT_TRUE(node->is_up) << seed;
      EXPECT_EQ(node->unreported, 0) << seed;
      if (keep == Keep::one_device) EXPECT_EQ(node->gaps, 0U) << seed;
      if (keep == Keep::one_device) EXPECT_EQ(node->downs, 0U) << seed;
    }
    // Whatever came before, what is sent now arrives.
    alpha.send("BETA", 100);
    beta.send("ALPHA", 100);
    world.run_for(1s);
    EXPECT_EQ(alpha.last_received, beta.last_sent) << seed;
    EXPECT_EQ(beta.last_received, alpha.last_sent) << seed;
  }
};

TEST_P(IsfcChaos, NothingIsLostOrDoubledWhileTheLinkStaysUp) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) run(seed, Keep::one_device);
}

TEST_P(IsfcChaos, NothingIsDoubledWhenTheLinkGoesDownAndComesBack) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) run(seed, Keep::none);
}

INSTANTIATE_TEST_SUITE_P(Devices, IsfcChaos, testing::Values(1U, 2U, 4U, 16U));

}  // namespace
