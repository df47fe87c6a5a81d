// What the device says of itself: SENSE ID, characteristics, configuration data, path group.

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/ebcdic.h"
#include "dasd3390/dasd3390.h"

namespace dasd3390 {
namespace {

constexpr std::uint16_t control_unit_type = 0x2107, device_type = 0x3390;
constexpr std::uint8_t control_unit_model = 0xE8;

struct CommandInformationWord {
  std::uint8_t kind;
  std::uint8_t command;
  z::be16 count;
};

struct SenseId {
  std::uint8_t valid = 0xFF;
  z::be16 control_unit = control_unit_type;
  std::uint8_t control_unit_model = dasd3390::control_unit_model;
  z::be16 device = device_type;
  std::uint8_t device_model = 0;
  std::uint8_t zero = 0;
  CommandInformationWord read_configuration_data{0x40, 0xFA, std::uint16_t{256}};
  CommandInformationWord set_interface_identifier{0x41, 0x27, std::uint16_t{4}};
  CommandInformationWord read_node_identifier{0x42, 0x3E, std::uint16_t{0x01A0}};
};
static_assert(sizeof(SenseId) == 20);

// READ DEVICE CHARACTERISTICS (3990 Reference; a 2107 answers alike).
struct Characteristics {
  z::be16 control_unit = control_unit_type;
  std::uint8_t control_unit_model = dasd3390::control_unit_model;
  z::be16 device = device_type;
  std::uint8_t device_model = 0;
  std::uint8_t facilities[4] = {0x50, 0, 0, 0x01};  // read tracks and read in LOCATE RECORD; 24-byte sense data
  std::uint8_t device_class = 0x20;
  std::uint8_t unit_type = 0;
  z::be16 primary_cylinders;
  z::be16 tracks_per_cylinder = std::uint16_t{heads_per_cylinder};
  std::uint8_t sectors = sectors_per_track;
  std::uint8_t track_length[3] = {0x00, 0xE5, 0xA2};
  z::be16 home_address_and_r0 = std::uint16_t{0x0594};
  std::uint8_t formula = 2;
  std::uint8_t factors_1_to_5[5] = {34, 19, 9, 6, 116};
  std::uint8_t alternates_and_diagnostic[12] = {};
  std::uint8_t mdr_id = 0, obr_id = 0;
  std::uint8_t control_unit_code = 0x1F;
  std::uint8_t parameter_length = 2;
  z::be16 largest_r0 = std::uint16_t{0xDFEE};
  std::uint8_t reserved_0 = 0;
  std::uint8_t track_set = 1;
  std::uint8_t factor_6 = 6;
  z::be16 rps_factor = std::uint16_t{0x7708};
  std::uint8_t reserved_1[3] = {};
  std::uint8_t features[2] = {};
  std::uint8_t real_control_unit_code = 0x1F;
  std::uint8_t real_device_code = 0x26;
  std::uint8_t reserved_2[2] = {};
  z::be32 cylinders;
};
static_assert(sizeof(Characteristics) == 64);
static_assert(offsetof(Characteristics, primary_cylinders) == 0xC && offsetof(Characteristics, formula) == 0x16);
static_assert(offsetof(Characteristics, control_unit_code) == 0x2A && offsetof(Characteristics, factor_6) == 0x30);
static_assert(offsetof(Characteristics, cylinders) == 0x3C);

// Node element descriptor of READ CONFIGURATION DATA.
struct NodeDescriptor {
  std::uint8_t flags = 0;
  std::uint8_t kind = 0;
  std::uint8_t device_class = 0;
  std::uint8_t level = 0;
  z::EbcdicText<6> type = z::EbcdicText<6>::of("");
  z::EbcdicText<3> model = z::EbcdicText<3>::of("");
  z::EbcdicText<3> manufacturer = z::EbcdicText<3>::of("END");
  z::EbcdicText<2> plant = z::EbcdicText<2>::of("01");
  z::EbcdicText<12> serial = z::EbcdicText<12>::of("");
  std::uint8_t subsystem = 0;
  std::uint8_t unit_address = 0;
};
static_assert(sizeof(NodeDescriptor) == 32);

struct NodeQualifier {
  std::uint8_t flags = 0x80;
  std::uint8_t reserved_1[5] = {};
  std::uint8_t missing_interrupt_seconds = 0x1E;  // 30
  std::uint8_t reserved_2 = 0;
  z::be16 subsystem_id;
  std::uint8_t reserved_3[7] = {};
  std::uint8_t fiber_channel_extensions = 0x04;  // transport mode
  std::uint8_t reserved_4[14] = {};
};
static_assert(sizeof(NodeQualifier) == 32 && offsetof(NodeQualifier, fiber_channel_extensions) == 17);

struct ConfigurationData {
  NodeDescriptor device, string, director, subsystem;
  std::uint8_t unused[96] = {};
  NodeQualifier qualifier;
};
static_assert(sizeof(ConfigurationData) == 256);

std::string serial_of(std::uint64_t number) { return fmt::format("{:012X}", number & 0xFFFF'FFFF'FFFF); }

// The serial number names the volume and the minidisk on it: the same whoever has it open.
ConfigurationData make_configuration(std::uint64_t token, const Window& window) {
  ConfigurationData result;
  result.device.flags = 0xDC;
  result.device.kind = 1;
  result.device.device_class = 1;
  result.device.type = decltype(result.device.type)::of("003390");
  result.device.model = decltype(result.device.model)::of("0A2");
  result.device.serial = decltype(result.device.serial)::of(serial_of(token + window.start));
  result.string = result.device;
  result.string.flags = 0xD4;
  result.string.kind = 2;
  result.director = result.string;
  result.director.type = decltype(result.device.type)::of("002107");
  result.director.model = decltype(result.device.model)::of("996");
  result.subsystem = result.director;
  result.subsystem.flags = 0xF0;
  result.subsystem.kind = 0;
  result.subsystem.device_class = 0;
  result.subsystem.level = 1;
  result.qualifier.subsystem_id = static_cast<std::uint16_t>(token >> 48);
  return result;
}

template <class T>
std::span<const std::byte> bytes_of(const T& object) {
  return std::as_bytes(std::span{&object, 1});
}

// First byte of the path-group data (ESA/390 Common I/O-Device Commands, "Sense Path Group ID").
namespace state {
constexpr std::uint8_t ungrouped = 0x80, grouped = 0xC0, reserved_elsewhere = 0x20, reserved_here = 0x30;
constexpr std::uint8_t multipath = 0x08;
}  // namespace state
namespace function {
constexpr std::uint8_t multipath = 0x80, what = 0x60, establish = 0x00, resign = 0x40, disband = 0x20;
}  // namespace function

bool is_grouped(const std::array<std::uint8_t, 12>& group) { return (group[0] & state::grouped) == state::grouped; }
bool is_same_group(const std::array<std::uint8_t, 12>& group, const std::array<std::uint8_t, 12>& wanted) {
  return std::equal(wanted.begin() + 1, wanted.end(), group.begin() + 1);
}

}  // namespace

Dasd3390::Reply Dasd3390::sense_id(channel::Transfer& data) {
  SenseId id;
  id.device_model = volume_->geometry().device_model();
  return send(data, bytes_of(id));
}

Dasd3390::Reply Dasd3390::read_device_characteristics(channel::Transfer& data) {
  const auto geometry = window_.geometry();
  Characteristics result;
  result.device_model = volume_->geometry().device_model();
  result.unit_type = volume_->geometry().unit_type();
  result.real_device_code = result.unit_type;
  const bool is_large = geometry.cylinders > largest_compatible_cylinder_count;
  result.primary_cylinders = static_cast<std::uint16_t>(is_large ? 0xFFFE : geometry.cylinders);
  result.cylinders = geometry.cylinders;
  return send(data, bytes_of(result));
}

Dasd3390::Reply Dasd3390::read_configuration_data(channel::Transfer& data) {
  const auto result = make_configuration(token(), window_);
  return send(data, bytes_of(result));
}

Dasd3390::Reply Dasd3390::sense_path_group(channel::Transfer& data) {
  const auto reservation = locks_.reservation();
  if (!reservation) return fail(host_failure, reservation.error());
  auto result = path_groups_[place_of_path(data.path())];
  if (*reservation == Locks::Reservation::here) result[0] |= state::reserved_here;
  if (*reservation == Locks::Reservation::elsewhere) result[0] |= state::reserved_elsewhere;
  return send(data, bytes_of(result));
}

bool Dasd3390::has_grouped_path() const { return std::ranges::any_of(path_groups_, is_grouped); }

// A path is in one group until it leaves it; DISBAND takes all paths out of the group of this one.
Dasd3390::Reply Dasd3390::set_path_group(channel::Transfer& data) {
  std::array<std::uint8_t, 12> wanted{};
  if (data.receive(std::as_writable_bytes(std::span{wanted})) != wanted.size())
    return check(reject(Message::count_too_small));
  auto& group = path_groups_[place_of_path(data.path())];
  if (is_grouped(group) && !is_same_group(group, wanted)) return check(reject(Message::invalid_argument));
  switch (wanted[0] & function::what) {
    case function::establish: {
      const bool is_multipath = (wanted[0] & function::multipath) != 0;
      group = wanted;
      group[0] = static_cast<std::uint8_t>(state::grouped | (is_multipath ? state::multipath : 0));
      break;
    }
    case function::resign: group = {state::ungrouped}; break;
    case function::disband:
      for (auto& other : path_groups_)
        if (is_grouped(other) && is_same_group(other, wanted)) other = {state::ungrouped};
      group = {state::ungrouped};
      break;
    default: return check(reject(Message::invalid_argument));
  }
  return channel::Ending::with(channel::ended);
}

}  // namespace dasd3390
