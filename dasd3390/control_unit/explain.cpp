// Parameters and sense data in words.
#include <fmt/format.h>

#include "channel/trace.h"
#include "dasd3390/control_unit/parameters.h"
#include "dasd3390/control_unit/sense.h"
#include "dasd3390/dasd3390.h"

namespace dasd3390 {
namespace {

using Bytes = std::span<const std::byte>;

// Comma-separated words.
class Words {
 public:
  Words& add(std::string_view word) {
    if (word.empty()) return *this;
    if (!text_.empty()) text_ += ", ";
    text_ += word;
    return *this;
  }
  Words& add_if(bool is_so, std::string_view word) { return is_so ? add(word) : *this; }
  std::string text() const { return text_; }

 private:
  std::string text_;
};

std::string place(Cchh cchh) {
  const auto address = cchh.address();
  return fmt::format("cylinder {} head {}", address.cylinder, address.head);
}

std::string id(Cchh cchh, unsigned record) {
  const auto address = cchh.address();
  return fmt::format("{}/{}/{}", address.cylinder, address.head, record);
}

std::string_view writing(std::uint8_t mask) {
  switch (static_cast<WriteMask>(mask >> 6)) {
    case WriteMask::no_home_address: return "all writes but home address and R0";
    case WriteMask::none: return "no writes";
    case WriteMask::update_only: return "update writes only";
    case WriteMask::all: return "all writes";
  }
  return "";
}

std::string_view seeking(std::uint8_t mask) {
  switch (static_cast<SeekMask>(mask >> 3 & 3)) {
    case SeekMask::all: return "all seeks";
    case SeekMask::cylinder_and_head: return "seeks of cylinder and head";
    case SeekMask::head: return "seeks of head";
    case SeekMask::none: return "no seeks";
  }
  return "";
}

std::string_view caching(std::uint8_t attributes) {
  constexpr std::array<std::string_view, 8> modes{"", "bypass cache", "inhibit cache load", "sequential access", "prestage",
                                                  "record access", "cache mode 6", "cache mode 7"};
  return modes[attributes >> 2 & 7];
}

std::string extent(Bytes bytes) {
  if (bytes.size() < sizeof(ExtentParameters)) return "parameters cut off";
  const auto p = parameters_at<ExtentParameters>(bytes);
  return Words{}
      .add(fmt::format("extent {} to {}", place(p.first), place(p.last)))
      .add(writing(p.mask))
      .add(seeking(p.mask))
      .add_if(p.block_size != 0, fmt::format("blocks of {}", static_cast<unsigned>(p.block_size)))
      .add(caching(p.attributes))
      .add_if((p.mask & 0x06) == 0x02, "device support authorization")
      .add_if((p.mask & 0x06) == 0x04, "diagnostic authorization")
      .add_if((p.mask & 0x01) != 0, "PCI fetch mode")
      .add_if((p.attributes & is_eckd) != is_eckd, "NOT EXTENDED CKD")
      .text();
}

std::string_view operation(std::uint8_t byte) {
  switch (byte & operation_bits) {
    case 0x00: return "orient";
    case 0x01: return "write data";
    case 0x03: return "format write";
    case 0x06: return "read data";
    case 0x0B: return "erase";
    case 0x0C: return "read tracks";
    case 0x16: return "read";
    case extended_operation: return "extended operation";
    default: return "UNKNOWN OPERATION";
  }
}

std::string_view orientation(std::uint8_t byte) {
  constexpr std::array<std::string_view, 4> names{"at the count area", "at the home address", "behind the data area", "at the index"};
  return names[byte >> 6];
}

std::string locate(Bytes bytes) {
  if (bytes.size() < sizeof(LocateParameters)) return "parameters cut off";
  const auto p = parameters_at<LocateParameters>(bytes);
  const bool is_index = static_cast<Orientation>(p.operation >> 6) == Orientation::index;
  return Words{}
      .add(operation(p.operation))
      .add(fmt::format("{} {}{}", static_cast<unsigned>(p.count), (p.operation & operation_bits) == 0x0C ? "track" : "record", p.count == 1 ? "" : "s"))
      .add("seek " + place(p.seek_address))
      .add_if(!is_index, "from record " + id(p.search_address, p.search_record))
      .add(orientation(p.operation))
      .add_if(p.sector != 0xFF, fmt::format("sector {}", static_cast<unsigned>(p.sector)))
      .add_if((p.auxiliary & length_is_valid) != 0, fmt::format("length {}", static_cast<unsigned>(p.transfer_length)))
      .text();
}

std::string locate_extended(Bytes bytes) {
  if (bytes.size() < sizeof(LocateExtendedParameters)) return "parameters cut off";
  const auto p = parameters_at<LocateExtendedParameters>(bytes);
  const bool is_extended = (p.base.operation & operation_bits) == extended_operation;
  constexpr std::uint8_t imbedded_is_valid = 0x20;
  return Words{}
      .add(locate(bytes))
      .add_if(is_extended && p.extended_operation == 0x11, "write full track")
      .add_if(is_extended && p.extended_operation == 0x23, "write track data")
      .add_if((p.base.auxiliary & imbedded_is_valid) != 0, fmt::format("imbedded command {:02X}", p.base.imbedded_command))
      .text();
}

std::string prefix(Bytes bytes) {
  if (bytes.size() < sizeof(PrefixParameters)) return "parameters cut off";
  const auto p = parameters_at<PrefixParameters>(bytes);
  std::string text = fmt::format("format {}, base unit {:02X}.{:02X}", p.format, p.base_subsystem, p.base_unit);
  if ((p.validity & has_extent) != 0) text += "; " + extent(p.extent);
  if (p.format == 1) text += "; " + locate_extended(p.locate);
  return text;
}

std::string seek(Bytes bytes) {
  if (bytes.size() < 6) return "parameters cut off";
  return "to " + place(parameters_at<Cchh>(bytes.subspan(2)));
}

std::string search_id(Bytes bytes) {
  if (bytes.size() < 5) return "argument cut off";
  return "for record " + id(parameters_at<Cchh>(bytes), std::to_integer<unsigned>(bytes[4]));
}

// One count area, or the first of several.
std::string count(Bytes bytes) {
  if (bytes.size() < count_size) return "";
  const auto c = parameters_at<Count>(bytes);
  return fmt::format("record {} key length {} data length {}", id(c.address, c.record), c.key_length,
                     static_cast<unsigned>(c.data_length));
}

std::string file_mask(Bytes bytes) {
  if (bytes.empty()) return "";
  const auto mask = std::to_integer<std::uint8_t>(bytes[0]);
  return Words{}.add(writing(mask)).add(seeking(mask)).text();
}

std::string subsystem_function(Bytes bytes) {
  if (bytes.size() < 7) return "";
  const auto order = std::to_integer<unsigned>(bytes[0]), suborder = std::to_integer<unsigned>(bytes[6]);
  if (order != 0x18) return fmt::format("order {:02X}{}", order, order == 0x1D ? ": set subsystem characteristics" : "");
  const auto name = [&]() -> std::string_view {
    switch (suborder) {
      case 0x00: return "path status";
      case 0x01: return "statistics";
      case 0x03: return "attention message";
      case 0x0E: return "unit address configuration";
      case 0x1C: return "hosts with access";
      case 0x41: return "feature codes";
      case 0x50: return "copy state";
      case 0x52: return "volume storage";
      case 0x53: return "logical configuration";
      default: return "unknown";
    }
  }();
  return fmt::format("prepare for read subsystem data: suborder {:02X}, {}", suborder, name);
}

std::string path_group(Bytes bytes) {
  if (bytes.size() < 12) return "";
  constexpr std::array<std::string_view, 4> set{"establish", "disband", "resign", "function 3"};
  const auto function = std::to_integer<unsigned>(bytes[0]);
  return fmt::format("{}{}, group {}", set[function >> 5 & 3], (function & 0x80) != 0 ? ", multipath" : "",
                     channel::hex_text(bytes.subspan(1, 11)));
}

std::string parameters(std::uint8_t command, Bytes data) {
  if (data.empty()) return "";
  switch (command) {
    case 0x63: return extent(data);
    case 0x47: return locate(data);
    case 0x4B: return locate_extended(data);
    case 0xE7: case 0xEA: return prefix(data);
    case 0x07: case 0x0B: case 0x1B: return seek(data);
    case 0x31: case 0xB1: case 0x51: case 0xD1: case 0x71: case 0xF1: return search_id(data);
    case 0x12: case 0x92: case 0x1D: case 0x9D: case 0x1E: case 0x9E: case 0x5E: case 0xDE: case 0x15: case 0x16: case 0x96:
      return count(data);
    case 0x1F: return file_mask(data);
    case 0x23: case 0x22: return fmt::format("sector {}", std::to_integer<unsigned>(data[0]));
    case 0x27: return subsystem_function(data);
    case 0xAF: return path_group(data);
    default: return "";
  }
}

std::string_view message(std::uint8_t format_and_message) {
  switch (format_and_message) {
    case 0x01: return "message 1: invalid command";
    case 0x02: return "message 2: invalid command sequence";
    case 0x03: return "message 3: count less than required";
    case 0x04: return "message 4: invalid parameter";
    case 0x05: return "message 5: diagnostic not allowed by the file mask";
    case 0x07: return "message 7: retry not possible";
    default: return "";
  }
}

// Bytes 28 to 31, when byte 27 says that they name a track.
std::string track(Bytes bytes) {
  constexpr unsigned track_is_valid = 0x20, enhanced_addressing = 0x10;
  const auto flags = std::to_integer<unsigned>(bytes[27]);
  if ((flags & track_is_valid) == 0) return "";
  if ((flags & enhanced_addressing) != 0) return "at " + place(parameters_at<Cchh>(bytes.subspan(28)));
  return fmt::format("at cylinder {} head {}", z::be16::load(bytes.subspan(29).data()), std::to_integer<unsigned>(bytes[31]));
}

std::string sense(Bytes bytes) {
  if (bytes.size() < 32) return "";
  const auto at = [&](std::size_t i) { return std::to_integer<std::uint8_t>(bytes[i]); };
  const auto b0 = at(0), b1 = at(1), b2 = at(2);
  return Words{}
      .add_if((b0 & 0x80) != 0, "command reject")
      .add_if((b0 & 0x40) != 0, "intervention required")
      .add_if((b0 & 0x20) != 0, "bus-out parity")
      .add_if((b0 & 0x10) != 0, "equipment check")
      .add_if((b0 & 0x08) != 0, "data check")
      .add_if((b0 & 0x04) != 0, "overrun")
      .add_if((b0 & 0x01) != 0, "incomplete domain")
      .add_if((b1 & 0x80) != 0, "permanent error")
      .add_if((b1 & 0x40) != 0, "invalid track format")
      .add_if((b1 & 0x20) != 0, "end of cylinder")
      .add_if((b1 & 0x10) != 0, "message to operator")
      .add_if((b1 & 0x08) != 0, "no record found")
      .add_if((b1 & 0x04) != 0, "file protected")
      .add_if((b1 & 0x02) != 0, "write inhibited")
      .add_if((b1 & 0x01) != 0, "imprecise ending")
      .add_if((b2 & 0x40) != 0, "correctable")
      .add_if((b2 & 0x10) != 0, "environmental data")
      .add_if((b0 & 0x80) != 0, message(at(7)))
      .add(track(bytes))
      .text();
}

std::optional<channel::RecordId> located(Bytes bytes) {
  if (bytes.size() < sizeof(LocateParameters)) return std::nullopt;
  const auto p = parameters_at<LocateParameters>(bytes);
  const auto address = p.seek_address.address();
  return channel::RecordId{address.cylinder, address.head, p.search_record};
}

std::optional<channel::RecordId> target(std::uint8_t command, Bytes data) {
  switch (command) {
    case 0x47: case 0x4B: return located(data);
    case 0xE7: case 0xEA: {
      constexpr std::size_t locate_at = sizeof(PrefixParameters) - locate_extended_size;
      const bool has_locate = data.size() >= sizeof(PrefixParameters) && data[0] == std::byte{1};
      return has_locate ? located(data.subspan(locate_at)) : std::nullopt;
    }
    case 0x07: case 0x0B: case 0x1B: {
      if (data.size() < 6) return std::nullopt;
      const auto address = parameters_at<Cchh>(data.subspan(2)).address();
      return channel::RecordId{address.cylinder, address.head, 0};
    }
    case 0x31: case 0xB1: case 0x51: case 0xD1: case 0x71: case 0xF1: {
      if (data.size() < 5) return std::nullopt;
      const auto address = parameters_at<Cchh>(data).address();
      return channel::RecordId{address.cylinder, address.head, std::to_integer<std::uint8_t>(data[4])};
    }
    default: return std::nullopt;
  }
}

constexpr channel::Vocabulary words{parameters, sense, target};

}  // namespace

const channel::Vocabulary* Dasd3390::vocabulary() const { return &words; }

std::optional<channel::RecordId> Dasd3390::record() const {
  const auto& position = program_.position;
  const bool is_at_record = position.area == Area::count || position.area == Area::key || position.area == Area::data;
  if (!is_at_record || !track_ || position.record >= track_->record_count()) return std::nullopt;
  const auto count = shown_count(*track_, position.record);
  const auto address = count.address.address();
  return channel::RecordId{address.cylinder, address.head, count.record};
}

}  // namespace dasd3390
