#include "cp/volume/cpfmtxa.h"

#include <algorithm>
#include <charconv>

#include "cp/config/source.h"
#include "dasd3390/tools/dscb.h"

namespace cp {
namespace {

using dasd3390::Editor;
using dasd3390::NewRecord;
using dasd3390::TrackAddress;

constexpr TrackAddress label_track{0, 0};

template <class T>
std::vector<std::byte> bytes_of(const T& object) {
  const auto bytes = std::as_bytes(std::span{&object, 1});
  return {bytes.begin(), bytes.end()};
}

// What an IPL of a volume without a program loads: a PSW that waits disabled, code 00000F.
struct WaitingIpl {
  z::be32 psw_high = 0x000A'0000;
  z::be32 psw_low = 0x0000'000F;
};

// The VTOC takes all of track 0 and there is no free space, so that no other system allocates on the volume.
dasd3390::Dscb4 make_format_4(std::uint32_t cylinders) {
  dasd3390::Dscb4 dscb{};
  std::ranges::fill(dscb.key, std::uint8_t{0x04});
  dscb.id = 0xF4;
  dscb.extents = 1;
  dscb.cylinders = static_cast<std::uint16_t>(cylinders);
  dscb.tracks_per_cylinder = std::uint16_t{dasd3390::heads_per_cylinder};
  dscb.track_length = std::uint16_t{dasd3390::nominal_track_length};
  dscb.device_flags = 0x30;
  dscb.dscbs_per_track = 50;
  dscb.directory_blocks_per_track = 45;
  dscb.vtoc = {1, 0, dasd3390::Cchh::of(label_track), dasd3390::Cchh::of(label_track)};
  dscb.large_cylinders = cylinders;
  return dscb;
}

dasd3390::Dscb5 make_format_5() {
  dasd3390::Dscb5 dscb{};
  std::ranges::fill(dscb.key_id, std::uint8_t{0x05});
  dscb.id = 0xF5;
  return dscb;
}

template <class Dscb>
NewRecord dscb_record(std::uint8_t number, const Dscb& dscb) {
  const auto bytes = bytes_of(dscb);
  const auto data = bytes.begin() + dasd3390::dscb_key_length;
  return {number, dasd3390::dscb_key_length, dasd3390::dscb_data_length, {bytes.begin(), data}, {data, bytes.end()}};
}

z::Result<> write_track_zero(Editor& disk, std::string_view volume) {
  const auto cylinders = disk.geometry().cylinders;
  const Allocation all_perm{AllocationType::perm, {0, cylinders - 1}};
  const std::vector<NewRecord> records{
      {1, 4, 24, bytes_of(z::EbcdicText<4>::of("IPL1")), bytes_of(WaitingIpl{})},
      {2, 4, 144, bytes_of(z::EbcdicText<4>::of("IPL2"))},
      {dasd3390::volume_label_record, 4, 80, bytes_of(z::EbcdicText<4>::of("VOL1")), bytes_of(make_cp_label(volume, {}))},
      {allocation_record, 0, cp_block, {}, encode_allocations({&all_perm, 1}, cylinders)},
      dscb_record(vtoc_record, make_format_4(cylinders)),
      dscb_record(vtoc_record + 1, make_format_5()),
  };
  return disk.format_track(label_track, records);
}

z::Result<> format(Editor& disk, const FormatRequest& request) {
  const auto [first, last] = *request.format;
  const auto from = TrackAddress{first, 0}.number();
  const auto to = TrackAddress{last, dasd3390::heads_per_cylinder - 1}.number();
  Z_CHECK(disk.format_tracks({from, to}, cp_block));
  if (first == 0) return write_track_zero(disk, request.volume);
  return {};
}

std::optional<LabelContents> present_label(const Editor& disk) {
  const auto record = disk.read_record(label_track, dasd3390::volume_label_record);
  return record ? decode_label(record->data) : std::nullopt;
}

std::string text_of(CylinderRange range) { return fmt::format("{}-{}", range.first, range.last); }

z::Result<> check_range(CylinderRange range, std::uint32_t cylinders, std::string_view what) {
  if (range.last < range.first) return z::failure("cylinders {} to {} are no range", text_of(range), what);
  if (range.last >= cylinders)
    return z::failure("cylinders {} to {} are not all on a volume of {} cylinders (0-{})", text_of(range), what, cylinders,
                      cylinders - 1);
  return {};
}

z::Result<> check_allocations(const FormatRequest& request, std::uint32_t cylinders) {
  for (std::size_t i = 0; i < request.allocate.size(); ++i) {
    const auto& [type, range] = request.allocate[i];
    Z_CHECK(check_range(range, cylinders, "allocate"));
    if (range.first == 0 && type != AllocationType::perm)
      return z::failure("cylinder 0 holds label and allocation map; it stays PERM, not {}", allocation_name(type));
    for (const auto& other : std::span{request.allocate}.first(i))
      if (range.first <= other.cylinders.last && other.cylinders.first <= range.last)
        return z::failure("cylinders {} as {} overlap cylinders {} as {}", text_of(range), allocation_name(type),
                          text_of(other.cylinders), allocation_name(other.type));
  }
  return {};
}

z::Result<> check_label(const Editor& disk, const FormatRequest& request) {
  const bool lays_label = request.format && request.format->first == 0;
  const auto label = present_label(disk);
  const auto& path = disk.volume().path();
  if (!lays_label && (!label || !label->is_cp_volume))
    return z::failure("not a CP volume; format cylinder 0 first: {}", path.string());
  if (!lays_label && label->volume != request.volume)
    return z::failure("volume is labelled {}, not {}: {}", label->volume, request.volume, path.string());
  if (label && request.consent == Consent::none)
    return z::failure("volume {} already has a label; its contents are altered only when that is confirmed: {}",
                      label->volume, path.string());
  return {};
}

z::Result<> check(const Editor& disk, const FormatRequest& request) {
  if (!dasd3390::is_volser(request.volume))
    return z::failure("{} is not a volume label of one to six characters", request.volume);
  if (request.format) Z_CHECK(check_range(*request.format, disk.geometry().cylinders, "format"));
  Z_CHECK(check_allocations(request, disk.geometry().cylinders));
  return check_label(disk, request);
}

}  // namespace

z::Result<> cpfmtxa(Editor& disk, const FormatRequest& request) {
  Z_CHECK(check(disk, request));
  if (request.format) Z_CHECK(format(disk, request));
  auto volume = Z_TRY(read_cp_volume(disk));
  for (const auto& change : request.allocate) volume.allocations = with_allocation(std::move(volume.allocations), change);
  if (!request.allocate.empty())
    Z_CHECK(disk.write_record(label_track, allocation_record, {},
                              encode_allocations(volume.allocations, disk.geometry().cylinders)));
  if (!request.owner) return {};
  return disk.write_record(label_track, dasd3390::volume_label_record, {},
                           bytes_of(make_cp_label(request.volume, *request.owner)));
}

z::Result<CpVolume> read_cp_volume(const Editor& disk) {
  const auto label = present_label(disk);
  if (!label || !label->is_cp_volume) return z::failure("not a CP volume: {}", disk.volume().path().string());
  const auto record = Z_TRY(disk.read_record(label_track, allocation_record));
  return CpVolume{*label, Z_TRY(decode_allocations(record.data))};
}

z::Result<std::optional<FoundVolume>> examine_volume(const Editor& disk, z::DeviceNumber device) {
  const auto label = present_label(disk);
  if (!label) return std::nullopt;
  FoundVolume found;
  found.volume = label->volume;
  found.device = device;
  found.owner = label->owner;
  found.is_cp_volume = label->is_cp_volume;
  if (!found.is_cp_volume) return found;
  const auto volume = Z_TRY(read_cp_volume(disk));
  found.has_spool = std::ranges::count(volume.allocations, AllocationType::spool, &Allocation::type) > 0;
  return found;
}

std::vector<std::string> cpfmtxa_report(const CpVolume& volume) {
  const auto owner = [](const std::string& name) { return name.empty() ? std::string{"(NO OWNER ASSIGNED)"} : name; };
  std::vector<std::string> lines{
      fmt::format("VOLUME SERIAL = {}", volume.label.volume),
      fmt::format("VOLUME VM SSI OWNER = {}", owner(volume.label.owner.ssi)),
      fmt::format("VOLUME SYSTEM OWNER = {}", owner(volume.label.owner.system)),
      "CYLINDER ALLOCATION CURRENTLY IS AS FOLLOWS:",
      "TYPE     START      END        TOTAL",
      "----     -----      ---        -----",
  };
  for (const auto& [type, range] : volume.allocations)
    lines.push_back(fmt::format("{:8} {:<10} {:<10} {}", allocation_name(type), range.first, range.last, range.count()));
  return lines;
}

z::Result<CylinderRange> parse_cylinders(std::string_view text, std::uint32_t cylinders) {
  const auto number = [&](std::string_view part) -> std::optional<std::uint32_t> {
    if (upper(part) == "END") return cylinders - 1;
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc{} || end != part.data() + part.size()) return std::nullopt;
    return value;
  };
  const auto dash = std::min(text.find('-'), text.size());
  const auto first = number(text.substr(0, dash));
  const auto last = dash == text.size() ? first : number(text.substr(dash + 1));
  if (!first || !last || *last < *first) return z::failure("{} is not a range of cylinders, as 1-3338 or 1-END", text);
  return CylinderRange{*first, *last};
}

z::Result<OwnerMark> parse_owner(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || !is_name(text.substr(0, dot)) || !is_name(text.substr(dot + 1)))
    return z::failure("{} is not an owner: it is CLUSTER.SYSTEM, with NOSSI and NOSYS for none", text);
  return OwnerMark{upper(text.substr(0, dot)), upper(text.substr(dot + 1))};
}

}  // namespace cp
