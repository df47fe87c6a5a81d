#include <gmock/gmock.h>

#include "cp/ssi/node.h"
#include "real_systems.h"

namespace cp {
namespace {

using namespace std::chrono_literals;

class RealCluster : public RealSystems {
 protected:
  struct Joined {
    std::promise<void> joined, left;
    std::vector<std::string> console;
    std::unique_ptr<ssi::Node> node;
  };
  static void start(RealSystem& system, Joined& member, unsigned slot) {
    system.run([&] {
      member.node = std::make_unique<ssi::Node>(
          ssi::MembershipOptions{.ssi_name = "MYCLUSTR", .own_name = system.name,
                                 .configured_slot = api::MemberSlot{static_cast<std::uint16_t>(slot)},
                                 .timing = {.heartbeat = 20ms}},
          ssi::Node::Ports{system.clock, system.loop, *system.pdr, *system.isfc},
          ssi::Node::Callbacks{.console = [&](const std::string& text) { member.console.push_back(text); },
                               .mode_changed = [](ssi::Mode) {},
                               .lease = [](z::Nanoseconds) {},
                               .fence_self = [&](const std::string& reason) { ADD_FAILURE() << reason; },
                               .member_fenced = [](api::MemberSlot) {},
                               .join_ended = [&](ssi::JoinEnded::Outcome) { member.joined.set_value(); },
                               .leave_ended = [&] { member.left.set_value(); }});
      EXPECT_TRUE(system.isfc->activate(system.ctc_devices(), system.name == "ALPHA" ? "BETA" : "ALPHA"));
      member.node->start();
    });
  }
  static z::Result<> claim(RealSystem& system, Joined& member, const std::string& userid) {
    std::promise<z::Result<>> promise;
    system.loop.post([&] { member.node->claim(userid, [&](z::Result<> result) { promise.set_value(std::move(result)); }); });
    return await(promise.get_future());
  }
  static std::uint64_t heartbeats(RealSystem& system, const Joined& member, unsigned slot) {
    return system.run([&] { return member.node->membership().record().members[slot - 1].heartbeats; });
  }
};

TEST_F(RealCluster, TwoSystemsJoinBeatShareLogonsAndLeave) {
  Joined alpha, beta;
  start(*alpha_, alpha, 1);
  start(*beta_, beta, 2);
  await(alpha.joined.get_future());
  await(beta.joined.get_future());

  const auto before = heartbeats(*alpha_, alpha, 2);
  while (heartbeats(*alpha_, alpha, 2) < before + 5) {
  }

  // Held while the other member is not seen as joined yet, then granted to one.
  EXPECT_TRUE(claim(*alpha_, alpha, "LINUX01"));
  EXPECT_FALSE(claim(*beta_, beta, "LINUX01"));

  beta_->loop.post([&] { beta.node->shutdown(); });
  await(beta.left.get_future());
  alpha_->run([&] { alpha.node.reset(); });
  beta_->run([&] { beta.node.reset(); });
}

}  // namespace
}  // namespace cp
