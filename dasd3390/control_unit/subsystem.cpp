// PERFORM SUBSYSTEM FUNCTION and what it prepares for READ SUBSYSTEM DATA; status and log of the subsystem.

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "dasd3390/dasd3390.h"

namespace dasd3390 {
namespace {

// 3990 Reference, "Perform Subsystem Function".
namespace order {
constexpr std::byte prepare_for_read{0x18}, set_subsystem_characteristics{0x1D};
}
constexpr std::size_t place_of_suborder = 6, smallest_prepare = 8;
namespace suborder {
constexpr std::uint8_t unit_address_configuration = 0x0E, features = 0x41, volume_storage = 0x52,
                       logical_configuration = 0x53;
}

std::optional<Prepared> prepared_by(std::uint8_t suborder) {
  switch (suborder) {
    case suborder::unit_address_configuration: return Prepared::unit_addresses;
    case suborder::features: return Prepared::features;
    case suborder::volume_storage: return Prepared::volume_storage;
    case suborder::logical_configuration: return Prepared::logical_configuration;
    default: return std::nullopt;
  }
}

// What stands at each unit address of the logical subsystem. Each volume is alone in its own, at address 0.
struct UnitAddresses {
  struct Unit {
    std::uint8_t type = 0;  // not configured
    std::uint8_t base = 0;
  };
  static constexpr std::uint8_t is_base = 1;
  std::array<Unit, 256> units{Unit{is_base, 0}};
};
static_assert(sizeof(UnitAddresses) == 512);

// Feature codes, a bit each; those that Linux 6.1 looks at.
std::array<std::uint8_t, 256> make_features() {
  std::array<std::uint8_t, 256> result{};
  result[8] = 0x01;   // PREFIX
  result[9] = 0x20;   // READ TRACK DATA
  result[12] = 0x40;  // WRITE TRACK DATA
  result[40] = 0xA0;  // transport mode, on more than one track
  return result;
}

// Capacities are in cylinders.
struct VolumeStorage {
  std::uint8_t kind = 0;
  std::uint8_t reserved_1 = 0;
  z::be16 extent_pool = std::uint16_t{0};
  std::uint8_t warning_limit = 0, warning_guaranteed = 0;
  z::be16 reserved_2 = std::uint16_t{0};
  z::be32 limit = 0u, guaranteed = 0u, allocated, configured, logical;
};
static_assert(sizeof(VolumeStorage) == 28);

constexpr std::uint8_t is_extent_space_efficient = 0x20;

// Header and one extent pool.
struct LogicalConfiguration {
  z::be16 length = std::uint16_t{40};
  z::be16 pools = std::uint16_t{1};
  std::uint8_t flags = 0x80;  // what follows of pools is valid
  std::uint8_t reserved_1[27] = {};
  z::be16 pool = std::uint16_t{0};
  std::uint8_t warning_threshold[2] = {};
  std::uint8_t pool_flags = 0x28;      // extent-space-efficient volumes; the extent size is valid
  std::uint8_t reserved_2 = 0;
  std::uint8_t extent_size = 0x01;     // 21 cylinders
  std::uint8_t reserved_3 = 0;
};
static_assert(sizeof(LogicalConfiguration) == 40);

// DEFINE SUBSYSTEM OPERATION, release allocated space: 24 bytes, then the extents.
struct ReleaseParameters {
  std::uint8_t order;
  std::uint8_t flags;
  z::be16 operation_flags;
  std::uint8_t reserved[16];
  z::be16 extents;
  std::uint8_t reserved_2[2];
  static constexpr std::uint8_t release_allocated_space = 0x81;
  static constexpr std::uint16_t by_extent = 0x2000;
  static constexpr std::size_t most_extents = 110;
};
static_assert(sizeof(ReleaseParameters) == 24);
struct ReleasedExtent {
  Cchh first, last;
};

struct SubsystemStatus {
  std::uint8_t reserved_1[38] = {};
  z::be16 subsystem_id;
};
static_assert(sizeof(SubsystemStatus) == 40);

template <class T>
std::span<const std::byte> bytes_of(const T& object) {
  return std::as_bytes(std::span{&object, 1});
}

}  // namespace

// An order that is not known is refused with just the sense that makes Linux stop asking.
Dasd3390::Reply Dasd3390::perform_subsystem_function(channel::Transfer& data) {
  std::array<std::byte, 66> parameters{};
  const auto length = data.receive(parameters);
  if (length == 0) return check(reject(Message::count_too_small));
  if (parameters[0] == order::set_subsystem_characteristics) return channel::Ending::with(channel::ended);
  if (parameters[0] != order::prepare_for_read) return check(reject(Message::invalid_argument));
  if (length < smallest_prepare) return check(reject(Message::count_too_small));
  const auto prepared = prepared_by(std::to_integer<std::uint8_t>(parameters[place_of_suborder]));
  if (!prepared) return check(reject(Message::invalid_argument));
  program_.prepared = *prepared;
  return channel::Ending::with(channel::ended);
}

Dasd3390::Reply Dasd3390::read_subsystem_data(channel::Transfer& data) {
  switch (std::exchange(program_.prepared, Prepared::nothing)) {
    case Prepared::nothing: return check(reject(Message::invalid_sequence));
    case Prepared::unit_addresses: return send(data, bytes_of(UnitAddresses{}));
    case Prepared::features: return send(data, bytes_of(make_features()));
    case Prepared::logical_configuration: return send(data, bytes_of(LogicalConfiguration{}));
    case Prepared::volume_storage: break;
  }
  VolumeStorage result;
  const auto cylinders = window_.geometry().cylinders;
  const bool is_thin = provisioning_ == Provisioning::thin;
  result.kind = is_thin ? is_extent_space_efficient : 0;
  result.allocated = is_thin ? volume_->allocated_cylinders() : cylinders;
  result.configured = result.logical = cylinders;
  return send(data, bytes_of(result));
}

Dasd3390::Reply Dasd3390::sense_subsystem_status(channel::Transfer& data) {
  SubsystemStatus result;
  result.subsystem_id = subsystem_id();
  return send(data, bytes_of(result));
}

// 32 bytes of a log in which nothing was entered.
Dasd3390::Reply Dasd3390::read_buffered_log(channel::Transfer& data) {
  return send(data, bytes_of(std::array<std::uint8_t, 32>{}));
}

// What was written in these tracks is forgotten, and they take no space: all of the device, or whole extents.
Dasd3390::Reply Dasd3390::define_subsystem_operation(channel::Transfer& data) {
  ReleaseParameters parameters{};
  if (data.receive(std::as_writable_bytes(std::span{&parameters, 1})) != sizeof parameters)
    return check(reject(Message::count_too_small));
  if (parameters.order != ReleaseParameters::release_allocated_space || provisioning_ != Provisioning::thin)
    return check(reject(Message::invalid_argument));
  if (writing_ == Writing::inhibited) return check(write_inhibited);
  if ((parameters.operation_flags & ReleaseParameters::by_extent) == 0) {
    Z_CHECK(release_space({TrackNumber{0}, TrackNumber{window_.geometry().tracks() - 1}}));
    return channel::Ending::with(channel::ended);
  }
  std::array<ReleasedExtent, ReleaseParameters::most_extents> extents;
  const std::size_t number = std::min<std::size_t>(parameters.extents, extents.size());
  const auto wanted = std::span{extents}.first(number);
  if (data.receive(std::as_writable_bytes(wanted)) != wanted.size_bytes()) return check(reject(Message::count_too_small));
  for (const auto& extent : wanted) {
    const auto first = extent.first.address(), last = extent.last.address();
    if (!window_.geometry().contains(first) || !window_.geometry().contains(last) || last < first)
      return check(reject(Message::invalid_argument));
    Z_CHECK(release_space({first.number(), last.number()}));
  }
  return channel::Ending::with(channel::ended);
}

Dasd3390::Step<> Dasd3390::release_space(TrackRange tracks) {
  track_.reset();
  const auto done = volume_->release({window_.on_volume(tracks.first), window_.on_volume(tracks.last)});
  if (!done) return fail(host_failure, done.error());
  return {};
}

}  // namespace dasd3390
