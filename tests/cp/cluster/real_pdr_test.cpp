#include <gmock/gmock.h>

#include "cp/pdr/record.h"
#include "real_systems.h"

namespace cp {
namespace {

using pdr::Store;

class RealPdr : public RealSystems {
 protected:
  static pdr::Key key(RealSystem& system, std::uint64_t ticket) { return pdr::locked_key("MYCLUSTR", system.name, {}, ticket); }
  static Store::Locked lock(RealSystem& system, std::uint64_t ticket, std::optional<pdr::Key> steal = {}) {
    std::promise<Store::Locked> promise;
    system.loop.post([&] {
      system.pdr->read_and_lock({key(system, ticket), steal}, [&](Store::Locked locked) { promise.set_value(std::move(locked)); });
    });
    return await(promise.get_future());
  }
  static Store::Written unlock(RealSystem& system, std::uint64_t ticket, std::vector<std::byte> data) {
    std::promise<Store::Written> promise;
    system.loop.post([&] {
      system.pdr->write_and_unlock(key(system, ticket), pdr::unlocked_key("MYCLUSTR", {}), std::move(data),
                                   [&](Store::Written written) { promise.set_value(written); });
    });
    return await(promise.get_future());
  }
  static api::Swap swap(RealSystem& system, api::GuestRecord expected, api::GuestRecord desired) {
    std::promise<api::Swap> promise;
    system.loop.post([&] {
      system.guests->compare_and_set("LINUX01", expected, desired, [&](api::Swap swap) { promise.set_value(swap); });
    });
    return await(promise.get_future());
  }
};

TEST_F(RealPdr, WhatOneSystemWritesTheOtherReads) {
  auto locked = lock(*alpha_, 1);
  ASSERT_EQ(locked.outcome, Store::Locked::Outcome::granted) << locked.error;
  auto record = pdr::decode(locked.data).value();
  record.members[0].name = "ALPHA";
  ASSERT_EQ(unlock(*alpha_, 1, pdr::encode(record)), Store::Written::written);
  const auto seen = lock(*beta_, 1);
  ASSERT_EQ(seen.outcome, Store::Locked::Outcome::granted) << seen.error;
  EXPECT_EQ(pdr::decode(seen.data)->members[0].name, "ALPHA");
}

TEST_F(RealPdr, ALockedRecordIsRefusedAndItsHolderNamed) {
  ASSERT_EQ(lock(*alpha_, 1).outcome, Store::Locked::Outcome::granted);
  const auto refused = lock(*beta_, 1);
  ASSERT_EQ(refused.outcome, Store::Locked::Outcome::refused) << refused.error;
  EXPECT_EQ(refused.key, key(*alpha_, 1));
}

TEST_F(RealPdr, AStolenLockIsLostToItsFormerHolder) {
  const auto first = lock(*alpha_, 1);
  const auto stolen = lock(*beta_, 7, key(*alpha_, 1));
  ASSERT_EQ(stolen.outcome, Store::Locked::Outcome::granted) << stolen.error;
  EXPECT_EQ(unlock(*alpha_, 1, first.data), Store::Written::lock_lost);
  EXPECT_EQ(unlock(*beta_, 7, stolen.data), Store::Written::written);
}

TEST_F(RealPdr, OnlyTheVeryLockThatWasLookedAtIsStolen) {
  ASSERT_EQ(lock(*alpha_, 2).outcome, Store::Locked::Outcome::granted);
  EXPECT_EQ(lock(*beta_, 7, key(*alpha_, 1)).outcome, Store::Locked::Outcome::refused);
}

// Each system adds one to a counter a hundred times, asking again whenever the other holds the lock.
TEST_F(RealPdr, NoUpdateOfTwoSystemsIsLost) {
  const auto count = [](RealSystem& system) {
    return std::async(std::launch::async, [&system] {
      for (std::uint64_t ticket = 1, done = 0; done < 100; ++ticket) {
        auto locked = lock(system, ticket);
        if (locked.outcome == Store::Locked::Outcome::refused) continue;
        ASSERT_EQ(locked.outcome, Store::Locked::Outcome::granted) << locked.error;
        auto record = pdr::decode(locked.data).value();
        ++record.changes;
        ASSERT_EQ(unlock(system, ticket, pdr::encode(record)), Store::Written::written);
        ++done;
      }
    });
  };
  auto one = count(*alpha_), other = count(*beta_);
  one.get();
  other.get();
  EXPECT_EQ(pdr::decode(lock(*alpha_, 1000).data)->changes, 200U);
}

TEST_F(RealPdr, OfTwoGuestRecordSwapsFromTheSameStateOneSucceeds) {
  api::GuestRecord current{};
  for (std::uint64_t epoch = 1; epoch <= 50; ++epoch) {
    const api::GuestRecord by_alpha{api::GuestState::running, api::MemberSlot{1}, {}, epoch};
    const api::GuestRecord by_beta{api::GuestState::running, api::MemberSlot{2}, {}, epoch};
    auto other = std::async(std::launch::async, [&] { return swap(*beta_, current, by_beta); });
    const auto mine = swap(*alpha_, current, by_alpha);
    const auto theirs = other.get();
    ASSERT_NE(mine.outcome, api::SwapOutcome::unknown);
    ASSERT_NE(theirs.outcome, api::SwapOutcome::unknown);
    ASSERT_NE(mine.outcome == api::SwapOutcome::swapped, theirs.outcome == api::SwapOutcome::swapped);
    current = mine.outcome == api::SwapOutcome::swapped ? by_alpha : by_beta;
    EXPECT_EQ((mine.outcome == api::SwapOutcome::swapped ? theirs : mine).current, current);
  }
}

}  // namespace
}  // namespace cp
