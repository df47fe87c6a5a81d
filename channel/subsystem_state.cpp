// Saved state of a subsystem. Version 3:
//   be32 'CHSS', be32 version, be64 control and be64 origin of the channel monitor, be32 address limit, be16 subchannel sets are on,
//   be16 count of channel-path resets under way, each be16 path, be32 count of channel reports, each be32,
//   be32 count of subchannels, each:
//     be16 subchannel set, be16 subchannel number, be16 device number, type (length, text), subchannel (subchannel_state.cpp),
//     device (length, bytes of the device's own version)
#include <algorithm>

#include "channel/parts.h"
#include "channel/subchannel.h"
#include "channel/subsystem.h"

namespace channel {
namespace {

constexpr std::uint32_t magic = 0x43485353, version = 3;

struct SavedHead {
  z::be32 magic, version;
};
struct SavedMonitor {
  z::be64 control, origin;
};
struct SavedSwitches {
  z::be32 address_limit;
  z::be16 sets_enabled, path_resets;
};
struct SavedNumbers {
  z::be16 set, subchannel, device;
};

}  // namespace

std::vector<std::byte> Subsystem::save() const {
  StateWriter state;
  state.put(SavedHead{magic, version});
  state.put(SavedMonitor{parts_->monitor.control(), parts_->monitor.origin()});
  {
    z::Lock lock{lock_};
    std::vector<std::uint16_t> resets;
    for (const auto& [path, reset] : path_resets_)
      if (!reset.expired()) resets.push_back(path);
    state.put(SavedSwitches{static_cast<std::uint32_t>(parts_->address_limit.load()), static_cast<std::uint16_t>(sets_enabled_ ? 1 : 0),
                            static_cast<std::uint16_t>(resets.size())});
    for (const auto path : resets) state.put(z::be16{path});
    state.put(z::be32{static_cast<std::uint32_t>(reports_.size())});
    for (const auto word : reports_) state.put(z::be32{word});
  }
  auto all = subchannels();
  std::erase_if(all, [](const auto& subchannel) { return !subchannel->has_device(); });
  state.put(z::be32{static_cast<std::uint32_t>(all.size())});
  for (const auto& subchannel : all) {
    const auto id = subchannel->id();
    state.put(SavedNumbers{static_cast<std::uint16_t>(id.set), id.number.value, subchannel->device_number().value});
    const Device& device = *subchannel->device();
    state.put_bytes(std::as_bytes(std::span{device.type()}));
    subchannel->save(state);
    state.put_bytes(device.save());
  }
  return state.take();
}

z::Result<> Subsystem::restore(std::span<const std::byte> bytes) {
  quiesce();
  StateReader state{bytes};
  const auto head = Z_TRY(state.get<SavedHead>());
  if (head.magic != magic || head.version != version)
    return z::failure("saved channel subsystem of version {}, this program knows {}", std::uint32_t{head.version}, version);
  const auto monitor = Z_TRY(state.get<SavedMonitor>());
  if (parts_->monitor.set(monitor.control, monitor.origin) != Answer::cc0) return z::failure("saved channel monitor makes no sense");
  const auto switches = Z_TRY(state.get<SavedSwitches>());
  if (set_address_limit(switches.address_limit) != Answer::cc0) return z::failure("saved address limit makes no sense");
  std::vector<std::uint16_t> resets;
  for (unsigned i = 0; i < switches.path_resets; ++i) resets.push_back(Z_TRY(state.get<z::be16>()));
  sets_enabled_ = switches.sets_enabled != 0;
  const std::uint32_t report_count = Z_TRY(state.get<z::be32>());
  std::deque<std::uint32_t> reports;
  for (std::uint32_t i = 0; i < report_count; ++i) reports.push_back(Z_TRY(state.get<z::be32>()));
  const std::uint32_t count = Z_TRY(state.get<z::be32>());
  if (count != devices().size()) return z::failure("saved channel subsystem has {} devices, {} are attached here", count, devices().size());
  parts_->interruptions.clear();
  std::array<SubchannelSet, subchannel_sets> sets;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto numbers = Z_TRY(state.get<SavedNumbers>());
    const auto subchannel = find(z::DeviceNumber{numbers.device});
    if (!subchannel) return z::failure("device {:04X} of the saved state is not attached here", std::uint16_t{numbers.device});
    const auto type = Z_TRY(state.get_bytes());
    Device& device = *subchannel->device();
    if (!std::ranges::equal(type, std::as_bytes(std::span{device.type()})))
      return z::failure("device {:04X} is a {} here and was another type where it was saved", std::uint16_t{numbers.device}, device.type());
    if (numbers.set >= sets.size()) return z::failure("saved state names subchannel set {}", std::uint16_t{numbers.set});
    auto& by_number = sets[numbers.set];
    if (by_number.size() <= numbers.subchannel) by_number.resize(numbers.subchannel + 1U);
    if (by_number[numbers.subchannel]) return z::failure("saved state names subchannel {:04X} twice", std::uint16_t{numbers.subchannel});
    by_number[numbers.subchannel] = subchannel;
    Z_CHECK(subchannel->restore(state, {static_cast<std::uint8_t>(numbers.set), z::SubchannelNumber{numbers.subchannel}}));
    Z_CHECK(device.restore(Z_TRY(state.get_bytes())));
  }
  if (!state.is_at_end()) return z::failure("saved channel subsystem has bytes after its end");
  {
    z::Lock lock{lock_};
    sets_ = std::move(sets);
    reports_ = std::move(reports);
  }
  for (const auto path : resets) reset_path(path);
  return {};
}

}  // namespace channel
