#include "cp/io/real_io.h"

#include <fmt/format.h>

#include "base/assert.h"
#include "base/be.h"

namespace cp {
namespace {

constexpr std::uint8_t transfer_in_channel = 0x08;
constexpr std::uint8_t all_subclasses = 0xFF;

IoEnd end_of(const channel::Irb& irb) {
  IoEnd end;
  end.deferred_cc = static_cast<std::uint8_t>((irb.scsw.control & channel::Scsw::deferred_condition) >> 24);
  end.ccw_address = irb.scsw.ccw_address;
  end.device_status = irb.scsw.device_status;
  end.subchannel_status = irb.scsw.subchannel_status;
  end.residual = irb.scsw.count;
  if ((irb.esw.report & channel::Esw::concurrent_sense) != 0) {
    const auto count = std::min<std::size_t>(irb.esw.report >> channel::Esw::sense_count_shift & 0x3F, irb.ecw.size());
    end.sense.assign(irb.ecw.begin(), irb.ecw.begin() + count);
  }
  return end;
}

// Channel end alone is not the end of a start; halt or clear without further status is, and leaves nothing under way.
bool is_final(const channel::Scsw& scsw) {
  using channel::Scsw;
  const auto status = scsw.control & Scsw::status_control;
  return (status & Scsw::secondary) != 0 || status == Scsw::status_pending ||
         status == (Scsw::alert | Scsw::status_pending);
}

}  // namespace

std::string IoEnd::text() const {
  if (deferred_cc == 3) return "no path to the device";
  auto text = fmt::format("device status {:02X}, subchannel status {:02X}", device_status, subchannel_status);
  if (sense.empty()) return text;
  text += ", sense ";
  for (const auto byte : sense) text += fmt::format("{:02X}", byte);
  return text;
}

void IoArea::write(std::size_t offset, std::span<const std::byte> from) {
  Z_ASSERT(offset + from.size() <= size_);
  Z_ASSERT(storage_->store(origin_ + offset, from, 0) == cpu::StorageCheck::none);
}

void IoArea::read(std::size_t offset, std::span<std::byte> to) const {
  Z_ASSERT(offset + to.size() <= size_);
  Z_ASSERT(storage_->fetch(origin_ + offset, to, 0) == cpu::StorageCheck::none);
}

std::span<const std::byte> IoArea::view(std::size_t offset, std::size_t length) const {
  Z_ASSERT(offset + length <= size_);
  return storage_->bytes().subspan(origin_.value + offset, length);
}

std::optional<z::AbsoluteAddress> IoArea::address_of(std::span<const std::byte> bytes) const {
  const auto storage = storage_->bytes();
  const std::less_equal<> precedes;  // of pointers into different things
  if (!precedes(storage.data(), bytes.data()) || !precedes(bytes.data() + bytes.size(), storage.data() + storage.size()))
    return std::nullopt;
  return z::AbsoluteAddress{static_cast<std::uint64_t>(bytes.data() - storage.data())};
}

std::vector<std::byte> IoArea::read(std::size_t offset, std::size_t length) const {
  std::vector<std::byte> bytes(length);
  read(offset, bytes);
  return bytes;
}

std::size_t ChannelProgram::reserve(std::size_t count) {
  const auto offset = next_data_;
  next_data_ += (count + 7) / 8 * 8;
  Z_ASSERT(next_data_ <= area_.size());
  return offset;
}

std::size_t ChannelProgram::add(std::uint8_t command, std::span<const std::byte> data, std::uint8_t flags) {
  const auto offset = reserve(data.size());
  area_.write(offset, data);
  add_at(command, offset, data.size(), flags);
  return offset;
}

std::size_t ChannelProgram::add(std::uint8_t command, std::size_t count, std::uint8_t flags) {
  const auto offset = reserve(count);
  add_at(command, offset, count, flags);
  return offset;
}

void ChannelProgram::add_at(std::uint8_t command, std::size_t offset, std::size_t count, std::uint8_t flags) {
  put(command, area_.origin().value + offset, count, flags);
}

void ChannelProgram::add_transfer(std::size_t nth) { put(transfer_in_channel, area_.origin().value + nth * 8, 0, 0); }

void ChannelProgram::put(std::uint8_t command, std::uint64_t address, std::size_t count, std::uint8_t flags) {
  Z_ASSERT(used_ < ccws_ && count <= 0xFFFF && address < 0x8000'0000);
  const channel::Ccw1 ccw{command, flags, static_cast<std::uint16_t>(count), static_cast<std::uint32_t>(address)};
  area_.write(used_++ * 8, std::as_bytes(std::span{&ccw, 1}));
}

RealIo::RealIo(EventLoop& loop, cpu::Storage& storage, z::AbsoluteAddress origin, std::size_t size)
    : loop_(loop), storage_(storage), next_(origin), end_(origin + size) {
  Z_ASSERT(storage.contains(origin, size));
}

RealIo::~RealIo() { *alive_ = false; }

void RealIo::interruption_pending() {
  loop_.post([this, alive = alive_] {
    if (*alive) take_interruptions();
  });
}

IoArea RealIo::area(std::size_t size) {
  const auto rounded = (size + z::page_size - 1) / z::page_size * z::page_size;
  Z_ASSERT(end_ - next_ >= rounded);
  const IoArea area{storage_, next_, rounded};
  next_ = next_ + rounded;
  return area;
}

z::Result<> RealIo::open(z::DeviceNumber number, Performer performer) {
  const auto subchannel = subsystem_->subchannel_of(number);
  if (!subchannel) return z::failure("device {:04X} does not exist", number.value);
  auto& device = devices_[number];
  if (subchannel->set != 0) subsystem_->enable_subchannel_sets();
  device.ssid = subchannel->word();
  device.performer = performer;
  by_ssid_[device.ssid] = &device;
  channel::Schib schib{};
  subsystem_->store(device.ssid, schib);
  if (schib.pmcw.has(channel::Pmcw::enabled)) return {};  // opened before, and perhaps not idle now
  schib.pmcw.flags = schib.pmcw.flags | channel::Pmcw::enabled;
  schib.pmcw.control = schib.pmcw.control | channel::Pmcw::concurrent_sense;
  if (subsystem_->modify(device.ssid, schib) != channel::Answer::cc0)
    return z::failure("device {:04X} cannot be enabled", number.value);
  return {};
}

void RealIo::start(z::DeviceNumber number, const IoArea& program, Done done) {
  auto& device = devices_.at(number);
  if (device.done || !device.waiting.empty()) device.waiting.emplace_back(program.origin(), std::move(done));
  else begin(device, program.origin(), std::move(done));
}

void RealIo::begin(Device& device, z::AbsoluteAddress program, Done done) {
  channel::Orb orb{};
  orb.control = channel::Orb::format_1 | channel::Orb::prefetch | channel::Orb::format_2_idaw | channel::Orb::path_mask;
  orb.program_address = static_cast<std::uint32_t>(program.value);
  const auto answer = device.performer == Performer::loop ? subsystem_->start_by_caller(device.ssid, orb) : subsystem_->start(device.ssid, orb);
  if (answer == channel::Answer::cc0) {
    device.done = std::move(done);
    return;
  }
  // Status is pending that nobody asked for: it is taken first, and then this start has its turn.
  if (answer == channel::Answer::cc1) {
    device.waiting.emplace_front(program, std::move(done));
    return;
  }
  // Answered through the loop, so that a caller never sees its completion inside `start`.
  loop_.post([this, alive = alive_, &device, done = std::move(done)] {
    if (!*alive) return;
    done(IoEnd{.deferred_cc = 3, .sense = {}});
    start_next(device);
  });
}

void RealIo::start_next(Device& device) {
  if (device.done || device.waiting.empty()) return;
  auto [program, done] = std::move(device.waiting.front());
  device.waiting.pop_front();
  begin(device, program, std::move(done));
}

void RealIo::halt(z::DeviceNumber number) { subsystem_->halt(devices_.at(number).ssid); }

void RealIo::on_unsolicited(z::DeviceNumber number, std::function<void(std::uint8_t)> handler) {
  devices_.at(number).unsolicited = std::move(handler);
}

void RealIo::take_interruptions() {
  while (const auto taken = subsystem_->take_interruption(all_subclasses)) handle(taken->subsystem_identification);
}

void RealIo::handle(std::uint32_t ssid) {
  channel::Irb irb{};
  subsystem_->test(ssid, irb);
  subsystem_->clear_status(ssid);
  const auto found = by_ssid_.find(ssid);
  if (found == by_ssid_.end()) return;
  auto& device = *found->second;
  const auto end = end_of(irb);
  if ((irb.scsw.control & channel::Scsw::functions) == 0) {
    if (device.unsolicited) device.unsolicited(end.device_status);
    return start_next(device);
  }
  if (!device.done || !is_final(irb.scsw)) return;
  const auto done = std::exchange(device.done, nullptr);
  start_next(device);
  done(end);
}

}  // namespace cp
