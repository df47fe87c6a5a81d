#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "cp/io/event_loop.h"
#include "cp/io/real_io.h"
#include "cp/isfc/ctcs.h"
#include "cp/isfc/driver.h"
#include "cp/pdr/driver.h"
#include "cp/pdr/guest_driver.h"
#include "cpu/storage.h"

namespace cp {

inline constexpr z::DeviceNumber pdr_device{0x0200};
inline constexpr unsigned ctcs = 4;

// A system with real subchannels: the common volume at 0200 and CTCs from 6000, CP's I/O and its event loop.
struct RealSystem {
  RealSystem(std::string name, const std::filesystem::path& volume, std::vector<std::unique_ptr<channel::Device>> fctcs);
  ~RealSystem();

  // On the event loop, its result awaited.
  template <class Function>
  auto run(Function function) {
    std::promise<decltype(function())> promise;
    loop.post([&] {
      if constexpr (std::is_void_v<decltype(function())>) {
        function();
        promise.set_value();
      } else {
        promise.set_value(function());
      }
    });
    return promise.get_future().get();
  }

  std::vector<z::DeviceNumber> ctc_devices() const;

  const std::string name;
  z::HostClock clock;
  EventLoop loop{clock};
  std::unique_ptr<cpu::Storage> storage;
  std::unique_ptr<RealIo> io;
  std::unique_ptr<channel::Subsystem> subsystem;
  std::unique_ptr<isfc::RealCtcs> real_ctcs;
  std::unique_ptr<isfc::Driver> isfc;
  std::unique_ptr<pdr::Driver> pdr;
  std::unique_ptr<pdr::GuestDriver> guests;
};

// Two of them that share a new common volume with a PDR and are cabled by CTCs.
class RealSystems : public testing::Test {
 protected:
  RealSystems();
  ~RealSystems() override;

  // Waits, on the systems' own threads, for something that a promise tells.
  template <class T>
  static T await(std::future<T> future) {
    EXPECT_EQ(future.wait_for(std::chrono::seconds{120}), std::future_status::ready);
    return future.get();
  }

  std::filesystem::path volume_;
  std::unique_ptr<RealSystem> alpha_, beta_;
};

}  // namespace cp
