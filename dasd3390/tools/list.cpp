#include "dasd3390/tools/list.h"

#include <cctype>
#include <cstring>

#include "dasd3390/tools/dscb.h"

namespace dasd3390 {
namespace {

template <class T>
z::Result<T> parse(std::span<const std::byte> bytes) {
  T result;
  if (bytes.size() < sizeof result)
    return z::failure("record of {} bytes where {} are needed", bytes.size(), sizeof result);
  std::memcpy(&result, bytes.data(), sizeof result);
  return result;
}

bool is_dscb(const Track& track, std::size_t record) {
  const auto count = track.count(record);
  return count.key_length == dscb_key_length && count.data_length == dscb_data_length;
}

template <class T>
z::Result<T> dscb_at(const Track& track, std::size_t record) {
  return parse<T>(track.record(record).subspan(count_size));
}

DataSet data_set_of(const Dscb1& dscb) {
  DataSet result{dscb.name.text(), {}};
  for (unsigned i = 0; i < dscb.extents && i < std::size(dscb.extent); ++i)
    result.extents.emplace_back(dscb.extent[i].first.address(), dscb.extent[i].last.address());
  return result;
}

z::Result<DscbExtent> find_vtoc(const Editor& editor) {
  const auto record = Z_TRY(editor.read_record({0, 0}, volume_label_record));
  if (volser_of_label(record.data).empty()) return z::failure("no VOL1 label: {}", editor.volume().path().string());
  const auto label = Z_TRY(parse<VolumeLabel>(record.data));
  const auto track = Z_TRY(editor.read_track(label.vtoc.track.address()));
  for (std::size_t i = 1; i < track.record_count(); ++i)
    if (track.count(i).record == label.vtoc.record && is_dscb(track, i)) {
      const auto dscb = Z_TRY(dscb_at<Dscb4>(track, i));
      if (dscb.id == 0xF4) return dscb.vtoc;
    }
  return z::failure("no format-4 DSCB where the label says: {}", editor.volume().path().string());
}

std::string hex_lines(std::span<const std::byte> bytes) {
  std::string result;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    const auto line = bytes.subspan(at, std::min<std::size_t>(16, bytes.size() - at));
    std::string hex, text;
    for (const auto b : line) {
      hex += fmt::format("{:02X}", std::to_integer<unsigned>(b));
      const char c = z::from_ebcdic(std::to_integer<std::uint8_t>(b));
      text += c >= ' ' && c <= '~' ? c : '.';
    }
    result += fmt::format("  {:04X}  {:<32}  {}\n", at, hex, text);
  }
  return result;
}

}  // namespace

z::Result<std::vector<DataSet>> list_data_sets(const Editor& editor) {
  const auto vtoc = Z_TRY(find_vtoc(editor));
  std::vector<DataSet> result;
  for (auto at = vtoc.first.address().number(); at <= vtoc.last.address().number(); at = following(at)) {
    const auto track = Z_TRY(editor.read_track(address_of(at)));
    for (std::size_t i = 1; i < track.record_count(); ++i) {
      if (!is_dscb(track, i)) continue;
      const auto dscb = Z_TRY(dscb_at<Dscb1>(track, i));
      if (dscb.id == 0xF1 || dscb.id == 0xF8) result.push_back(data_set_of(dscb));
    }
  }
  return result;
}

std::string dump_track(const Track& track) {
  const auto home = track.home_address();
  const auto address = home.address.address();
  auto result = fmt::format("HA flag={:02X} {}/{}\n", home.flag, address.cylinder, address.head);
  for (std::size_t i = 0; i < track.record_count(); ++i) {
    const auto count = track.count(i);
    const auto at = count.address.address();
    result += fmt::format("R{} {}/{} KL={} DL={}\n", count.record, at.cylinder, at.head, count.key_length,
                          static_cast<unsigned>(count.data_length));
    result += hex_lines(track.key(i)) + hex_lines(track.data(i));
  }
  return result;
}

}  // namespace dasd3390
