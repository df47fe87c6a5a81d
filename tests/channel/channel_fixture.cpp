#include "channel_fixture.h"

#include <fmt/format.h>

#include <algorithm>

namespace channel::test {

ScriptedDevice::Step ScriptedDevice::sends(std::vector<std::uint8_t> bytes) {
  return [bytes = std::move(bytes)](Transfer& data) {
    data.send(std::as_bytes(std::span{bytes}));
    return Ending::with(ended);
  };
}

ScriptedDevice::Step ScriptedDevice::receives(std::size_t most) {
  return [this, most](Transfer& data) {
    std::vector<std::byte> bytes(most);
    bytes.resize(data.receive(bytes));
    z::Lock lock{lock_};
    received_.insert(received_.end(), bytes.begin(), bytes.end());
    return Ending::with(ended);
  };
}

Ending ScriptedDevice::execute(std::uint8_t command, Transfer& data) {
  note(fmt::format("{:02X}", command));
  Step step;
  {
    z::Lock lock{lock_};
    if (const auto found = steps_.find(command); found != steps_.end()) step = found->second;
  }
  return step ? step(data) : Ending::with(ended);
}

ChannelTest::ChannelTest(unsigned threads) {
  storage = cpu::Storage::create(z::Bytes{0x40'0000}).value();
  const auto tell = [this] {
    z::Lock guard{lock};
    changed.notify_all();
  };
  subsystem = std::make_unique<Subsystem>(
      *storage, clock,
      Subsystem::Options{.threads = threads, .interruption_pending = [tell](std::uint8_t) { tell(); }, .channel_report_pending = tell});
  auto scripted = std::make_unique<ScriptedDevice>();
  device = scripted.get();
  EXPECT_EQ(subsystem->attach(number, std::move(scripted)).value().number.value, 0);
  subsystem->take_channel_report();
  modify([](Pmcw& pmcw) { pmcw.flags = pmcw.flags | Pmcw::enabled | 3U << 11; });
}

void ChannelTest::put_bytes(std::uint64_t address, std::vector<std::uint8_t> bytes) {
  ASSERT_EQ(storage->store({address}, std::as_bytes(std::span{bytes}), 0), cpu::StorageCheck::none);
}

std::vector<std::uint8_t> ChannelTest::bytes(std::uint64_t address, std::size_t size) const {
  std::vector<std::uint8_t> result(size);
  EXPECT_EQ(storage->fetch({address}, std::as_writable_bytes(std::span{result}), 0), cpu::StorageCheck::none);
  return result;
}

void ChannelTest::program(std::vector<std::uint64_t> ccws, std::uint32_t at) {
  for (const auto ccw : ccws) {
    put(at, ccw);
    at += 8;
  }
}

Orb ChannelTest::orb(std::uint32_t bits) {
  Orb orb{};
  orb.interruption_parameter = 0xCAFE'0001;
  orb.control = bits | 0xFF00;
  orb.program_address = program_at;
  return orb;
}

Irb ChannelTest::interruption() {
  wait_until([&] { return subsystem->pending_interruption(0xFF).has_value(); });
  EXPECT_TRUE(subsystem->take_interruption(0xFF));
  Irb irb{};
  EXPECT_EQ(subsystem->test(ssid, irb), Answer::cc0);
  subsystem->clear_status(ssid);
  return irb;
}

Irb ChannelTest::run(std::vector<std::uint64_t> ccws, std::uint32_t bits) {
  program(std::move(ccws));
  EXPECT_EQ(start(bits), Answer::cc0);
  return interruption();
}

void ChannelTest::wait_until(const std::function<bool()>& reached) {
  z::Lock guard{lock};
  while (!reached()) changed.wait(lock);
}

void ChannelTest::wait_for_report(std::uint32_t word) {
  std::uint32_t found = 0;
  wait_until([&] { return (found = subsystem->take_channel_report()) != 0; });
  EXPECT_EQ(found, word);
}

Scsw ChannelTest::scsw() const {
  Schib schib{};
  subsystem->store(ssid, schib);
  return schib.scsw;
}

void ChannelTest::modify(const std::function<void(Pmcw&)>& change) {
  Schib schib{};
  ASSERT_EQ(subsystem->store(ssid, schib), Answer::cc0);
  change(schib.pmcw);
  ASSERT_EQ(subsystem->modify(ssid, schib), Answer::cc0);
}

}  // namespace channel::test
