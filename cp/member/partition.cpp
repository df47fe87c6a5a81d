#include "cp/member/partition.h"

#include "dasd3390/dasd3390.h"
#include "lpar/device_types.h"

namespace cp {
namespace {

// CP's own share of partition storage: the first MiB, where channel programs of a partition have no business, and the I/O areas
// after it (two of 800 KB for each CTC).
constexpr z::AbsoluteAddress io_origin{1 << 20};
constexpr std::size_t io_size = 47 << 20;
constexpr z::AbsoluteAddress guest_origin{io_origin.value + io_size};
constexpr std::uint64_t smallest_partition = 128 << 20;

}  // namespace

z::Result<std::unique_ptr<Partition>> Partition::create(const lpar::LparDefinition& definition,
                                                        const std::vector<std::string>& plugins, EventLoop& loop,
                                                        const z::Clock& clock) {
  if (definition.storage.value < smallest_partition)
    return z::failure("LPAR {} has {}M of storage; CP needs at least {}M", definition.name, definition.storage.value >> 20,
                      smallest_partition >> 20);
  std::unique_ptr<Partition> partition{new Partition{definition}};
  partition->storage_ = Z_TRY(cpu::Storage::create(definition.storage));
  partition->io_ = std::make_unique<RealIo>(loop, *partition->storage_, io_origin, io_size);
  partition->subsystem_ = std::make_unique<channel::Subsystem>(
      *partition->storage_, clock,
      channel::Subsystem::Options{.threads = 2,
                                  .interruption_pending = [io = partition->io_.get()](auto) { io->interruption_pending(); },
                                  .channel_report_pending = [] {}});
  partition->io_->use(*partition->subsystem_);
  partition->frames_ = std::make_unique<Frames>(guest_origin, z::Bytes{definition.storage.value - guest_origin.value});
  Z_CHECK(partition->attach_devices(plugins));
  return partition;
}

z::Result<> Partition::attach_devices(const std::vector<std::string>& plugins) {
  types_ = Z_TRY(lpar::device_types(plugins));
  for (const auto& definition : definition_.devices) {
    const auto where = fmt::format("device {:04X}", definition.number.value);
    auto device = types_->create(definition.type, definition.arguments);
    if (!device) return z::failure(device.error().within(where));
    auto& attached = **device;
    if (auto result = subsystem_->attach(definition.number, std::move(*device), definition.chpids, definition.set); !result)
      return z::failure(result.error().within(where));
    Z_CHECK(add_volume(definition.number, attached));
  }
  return {};
}

z::Result<> Partition::add_volume(z::DeviceNumber number, channel::Device& device) {
  auto* dasd = dynamic_cast<dasd3390::Dasd3390*>(&device);
  if (dasd == nullptr) return {};
  auto volume = dasd->shared_volume();
  auto volid = volume->volser().value_or("");
  volumes_.add({.rdev = number, .volid = std::move(volid), .volume = std::move(volume)});
  return {};
}

}  // namespace cp
