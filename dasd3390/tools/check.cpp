#include "dasd3390/tools/check.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "dasd3390/image/cckd_map.h"
#include "dasd3390/image/ckd_header.h"
#include "dasd3390/tools/edit.h"

namespace dasd3390 {
namespace {

z::Result<std::optional<CckdForm>> form_of(const ImageFile& file) {
  CkdHeader header;
  Z_CHECK(file.read(0, std::as_writable_bytes(std::span{&header, 1})));
  switch (Z_TRY(kind_of(header))) {
    case CkdKind::compressed: return CckdForm::narrow;
    case CkdKind::compressed_wide: return CckdForm::wide;
    case CkdKind::plain:
    case CkdKind::plain_large: break;
  }
  return std::nullopt;
}

// Entries that cannot be true become null tracks: what overlaps is given up at the higher place.
z::Result<> drop_false_entries(const CckdLayout& layout, const CckdHeader& header, std::uint64_t file_size) {
  FreeSpace::Area last{0, layout.end_of_level_1(header.level_1_entries)};
  struct Claim {
    FreeSpace::Area area;
    std::uint64_t table;
    std::uint32_t index;
  };
  std::vector<Claim> claims;
  constexpr std::uint32_t whole_table = ~0u;
  for (std::uint32_t i = 0; i < header.level_1_entries; ++i) {
    const auto table = Z_TRY(layout.table(i));
    if (table == 0) continue;
    if (table < last.length || layout.level_2_size() > file_size || table > file_size - layout.level_2_size()) {
      Z_CHECK(layout.set_table(i, 0));
      continue;
    }
    claims.push_back({{table, layout.level_2_size()}, table, whole_table});
    const auto entries = Z_TRY(layout.entries(table));
    for (std::uint32_t index = 0; index < entries.size(); ++index)
      if (entries[index].place != 0)
        claims.push_back({{entries[index].place, entries[index].size}, table, index});
  }
  std::ranges::sort(claims, {}, [](const Claim& claim) {
    return std::tuple{claim.area.place, claim.index != whole_table, claim.table, claim.index};
  });
  const auto null_track = static_cast<std::uint32_t>(header.null_track);
  auto end = last.length;
  for (const auto& [area, table, index] : claims) {
    const bool is_false = area.place < end || area.length == 0 || area.length > file_size || area.place > file_size - area.length;
    if (!is_false) {
      end = area.place + area.length;
    } else if (index != whole_table) {
      Z_CHECK(layout.set_entry(table, index, {0, null_track, null_track}));
    }
  }
  return {};
}

z::Result<> check_tables(const std::filesystem::path& path, Repair repair, CheckReport& report) {
  const auto file = Z_TRY(ImageFile::open(path, repair == Repair::yes ? Access::write : Access::read));
  const auto form = Z_TRY(form_of(file));
  if (!form) return {};
  const CckdLayout layout{file, *form};
  const auto header = Z_TRY(layout.header());
  if ((header.options & CckdHeader::is_open) != 0)
    report.findings.push_back("it was not closed: the list of its free space is old");
  const auto size = Z_TRY(file.size());
  if (const auto map = read_map(layout, header, size); !map) report.findings.push_back(map.error().text());
  if (repair == Repair::no || report.findings.empty()) return {};
  Z_CHECK(drop_false_entries(layout, header, size));
  return write_free_list(layout, file);
}

}  // namespace

z::Result<CheckReport> check_volume(const std::filesystem::path& path, Repair repair, const Progress& progress) {
  CheckReport report;
  Z_CHECK(check_tables(path, repair, report));
  auto volume = Z_TRY(Volume::open(path, repair == Repair::yes ? Access::write : Access::read));
  const auto locked = Z_TRY(Editor::open(volume));
  report.tracks = volume->geometry().tracks();
  for (TrackNumber number{0}; number.value < report.tracks; number = following(number)) {
    const auto track = volume->read_track(number);
    if (track && track->is_written()) ++report.written;
    if (!track) {
      report.damaged.push_back(number);
      auto empty = Track::empty(address_of(number));
      if (repair == Repair::yes) Z_CHECK(volume->write_track(number, empty));
    }
    if (progress && number.value % heads_per_cylinder == 0) progress(number.value, report.tracks);
  }
  if (progress) progress(report.tracks, report.tracks);
  report.is_repaired = repair == Repair::yes && !report.is_sound();
  return report;
}

}  // namespace dasd3390
