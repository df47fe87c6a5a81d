#include "cp/io/event_loop.h"

#include <gtest/gtest.h>

#include <future>

namespace {

using namespace std::chrono_literals;
using cp::EventLoop;

TEST(EventLoop, RunsPostedWorkInOrder) {
  z::VirtualClock clock;
  EventLoop loop{clock};
  std::string order;
  loop.post([&] { order += 'a'; });
  loop.post([&] { order += 'b'; });
  EXPECT_TRUE(loop.run_due());
  EXPECT_EQ(order, "ab");
  EXPECT_FALSE(loop.run_due());
}

TEST(EventLoop, ATimerRunsAtItsTimeAndNotBefore) {
  z::VirtualClock clock;
  EventLoop loop{clock};
  int expired = 0;
  loop.after(5ms, [&] { ++expired; });
  clock.advance(4ms);
  EXPECT_FALSE(loop.run_due());
  clock.advance(1ms);
  EXPECT_TRUE(loop.run_due());
  EXPECT_EQ(expired, 1);
}

TEST(EventLoop, ATimerCanCancelOneThatIsDueWithIt) {
  z::VirtualClock clock;
  EventLoop loop{clock};
  EventLoop::Id second = 0;
  bool ran = false;
  loop.after(1ms, [&] { loop.cancel(second); });
  second = loop.after(2ms, [&] { ran = true; });
  clock.advance(10ms);
  loop.run_due();
  EXPECT_FALSE(ran);
}

TEST(EventLoop, WorkFromAnotherThreadWakesIt) {
  z::HostClock clock;
  EventLoop loop{clock};
  loop.start();
  std::promise<std::thread::id> where;
  loop.post([&] { where.set_value(std::this_thread::get_id()); });
  EXPECT_NE(where.get_future().get(), std::this_thread::get_id());
  loop.stop();
}

}  // namespace
