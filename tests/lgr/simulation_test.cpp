#include <gtest/gtest.h>

#include "world.h"

// Whole relocations in virtual time with faults. Invariants: the guest runs on at most one member at any instant; its
// memory is byte for byte what it wrote, wherever it goes on; once faults end it runs exactly once, unless the only
// member that held a complete image died.
namespace lgr::test {
namespace {

Settings small() {
  Settings settings;
  settings.window = {.bursts = 3, .pages_per_burst = 4, .frames_per_burst = 8};
  return settings;
}

Limits patient() {
  Limits limits;
  limits.quiesce_goal = 1ms;
  limits.pass_limit = 4;
  return limits;
}

void expect_sound(World& world, const std::string& what) {
  for (const auto& violation : world.violations) ADD_FAILURE() << what << ": " << violation;
  const bool anybody = world.node(source).is_alive || world.node(destination).is_alive;
  if (world.must_survive && anybody) {
    EXPECT_EQ(world.running(), 1U) << what << " record state " << int(world.record.state) << " owner "
                                   << world.record.owner.value << " epoch " << world.record.epoch;
  }
}

enum class Fault {
  kill_source,
  kill_destination,
  cut,
  cancel_at_source,
  cancel_at_destination,
  swap_not_written,
  swap_written,
  record_lost_at_source,
  record_lost_at_destination,
  record_lost_for_long,
  link_and_record,
  destination_record_lost_for_long
};
constexpr int faults = 12;

void inject(World& world, Fault fault) {
  switch (fault) {
    case Fault::kill_source: return world.kill(source);
    case Fault::kill_destination: return world.kill(destination);
    case Fault::cut: return world.cut(1s);
    case Fault::cancel_at_source:
      world.node(source).relocations.cancel("LINUX01", EndCode::cancelled, "OPERATOR");
      return;
    case Fault::cancel_at_destination:
      world.node(destination).relocations.cancel("LINUX01", EndCode::cancelled, "OPERATOR");
      return;
    case Fault::swap_not_written: world.next_swap = RecordFault::unknown_not_written; return;
    case Fault::swap_written: world.next_swap = RecordFault::unknown_written; return;
    case Fault::record_lost_at_source: return world.lose_record(source, 2s);
    case Fault::record_lost_at_destination: return world.lose_record(destination, 2s);
    case Fault::record_lost_for_long: return world.lose_record(source, 12s);
    case Fault::destination_record_lost_for_long: return world.lose_record(destination, 12s);
    case Fault::link_and_record: world.cut(3s); return world.lose_record(source, 2s);
  }
}

struct Plan {
  std::uint64_t step;
  Fault fault;
};

std::string text_of(const std::vector<Plan>& plans) {
  std::string text;
  for (const auto& plan : plans) text += fmt::format("fault {} at step {}; ", int(plan.fault), plan.step);
  return text;
}

void run(const std::vector<Plan>& plans) {
  World world{1, 10, small()};
  world.write_interval = 700us;
  world.start(patient());
  world.on_step = [&](std::uint64_t step) {
    for (const auto& plan : plans)
      if (plan.step == step) inject(world, plan.fault);
  };
  world.run_for(60ms);  // a quiet move takes a fraction of it
  world.end_faults();
  world.write_interval = 500ms;
  world.run_for(40s);
  expect_sound(world, text_of(plans));
}

std::uint64_t steps_of_a_quiet_move() {
  World world{1, 10, small()};
  world.write_interval = 700us;
  world.start(patient());
  std::uint64_t last = 0;
  world.on_step = [&](std::uint64_t step) {
    if (world.ended.empty()) last = step;
  };
  world.run_for(1s);
  EXPECT_EQ(world.ended.size(), 1U);
  EXPECT_EQ(world.ended.at(0).code, EndCode::success);
  return last + 2;
}

TEST(RelocationSimulation, AGuestMovesThereAndBackAndLosesNothing) {
  World world{7, 64, small()};
  for (int i = 0; i < 6; ++i) {
    world.start(patient());
    world.run_for(3s);
    EXPECT_EQ(world.ended.size(), static_cast<std::size_t>(i + 1));
    EXPECT_EQ(world.ended.back().code, EndCode::success) << world.ended.back().lines.size();
    EXPECT_TRUE(world.node(i % 2 == 0 ? destination : source).runs_guest());
    EXPECT_EQ(world.node(i % 2 == 0 ? source : destination).image, nullptr);
  }
  expect_sound(world, "there and back");
  EXPECT_EQ(world.record, (GuestRecord{GuestState::running, source, {}, 1 + 6 * 3}));
}

TEST(RelocationSimulation, OneFaultAtEveryStep) {
  const auto steps = steps_of_a_quiet_move();
  for (std::uint64_t step = 0; step < steps; ++step)
    for (int fault = 0; fault < faults; ++fault) run({{step, static_cast<Fault>(fault)}});
}

TEST(RelocationSimulation, TwoFaultsAtEveryPairOfStepsNearTheHandOver) {
  const auto steps = steps_of_a_quiet_move();
  for (std::uint64_t first = steps > 40 ? steps - 40 : 0; first < steps; first += 1)
    for (std::uint64_t second = first + 1; second < first + 30; second += 3)
      for (int a = 0; a < faults; ++a)
        for (int b = (a + static_cast<int>(second)) % 2; b < faults; b += 2)
          run({{first, static_cast<Fault>(a)}, {second, static_cast<Fault>(b)}});
}

// One seed: a guest of random size and appetite, moved several times with random limits while random things go wrong.
void run_seed(std::uint64_t seed) {
  World run{seed, static_cast<unsigned>(8 + seed * 7 % 57), small()};
  run.is_jittery = true;
  run.write_interval = Nanoseconds{50'000 + static_cast<std::int64_t>(run.random(2'000'000))};
  run.writes_at_once = static_cast<unsigned>(1 + run.random(4));
  const auto count = run.random(5);
  for (std::uint64_t i = 0; i < count; ++i)
    run.at(Nanoseconds{static_cast<std::int64_t>(run.random(120'000'000))},
           [&run] { inject(run, static_cast<Fault>(run.random(faults))); });
  if (run.random(20) == 0) run.damage_message = 1 + run.random(200);
  for (int move = 0; move < 3; ++move) {
    Limits limits = run.random(4) == 0 ? immediate_limits() : patient();
    if (run.random(3) == 0) limits.max_quiesce = Nanoseconds{static_cast<std::int64_t>(run.random(4'000'000))};
    if (run.random(6) == 0) limits.max_total = Nanoseconds{static_cast<std::int64_t>(run.random(60'000'000))};
    run.start(limits);
    run.run_for(60ms);
  }
  run.end_faults();
  run.write_interval = 1s;
  run.run_for(60s);
  expect_sound(run, fmt::format("seed {}", seed));
  for (const auto slot : {source, destination})
    if (run.node(slot).is_alive)
      EXPECT_TRUE(run.node(slot).relocations.reports().empty()) << "still under way, seed " << seed;
}

TEST(RelocationSimulation, TwoThousandSeedsWithFaults) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) run_seed(seed);
}

}  // namespace
}  // namespace lgr::test
