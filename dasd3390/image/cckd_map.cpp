#include "dasd3390/image/cckd_map.h"

#include <algorithm>

namespace dasd3390 {
namespace {

z::Result<> add_tracks(CckdMap& map, const CckdLayout& layout, std::uint64_t table) {
  map.used.push_back({table, layout.level_2_size()});
  for (const auto& entry : Z_TRY(layout.entries(table))) {
    if (entry.place == 0) continue;
    if (entry.size < entry.length || entry.length == 0)
      return z::failure("damaged table at {}: a track of {} bytes in {}", table, entry.length, entry.size);
    map.used.push_back({entry.place, entry.size});
    ++map.tracks;
    map.unused_in_tracks += entry.size - entry.length;
  }
  return {};
}

}  // namespace

z::Result<CckdMap> read_map(const CckdLayout& layout, const CckdHeader& header, std::uint64_t file_size) {
  CckdMap map;
  for (std::uint32_t i = 0; i < header.level_1_entries; ++i) {
    const auto table = Z_TRY(layout.table(i));
    if (table != 0) Z_CHECK(add_tracks(map, layout, table));
  }
  std::ranges::sort(map.used, {}, &FreeSpace::Area::place);
  auto end = layout.end_of_level_1(header.level_1_entries);
  for (const auto& [place, length] : map.used) {
    if (place < end || length > file_size || place > file_size - length)
      return z::failure("damaged: {} bytes at {} overlap others or leave the file", length, place);
    end = place + length;
  }
  return map;
}

FreeSpace free_space_of(const CckdLayout& layout, const CckdHeader& header, const CckdMap& map) {
  return FreeSpace{layout.end_of_level_1(header.level_1_entries), map.used};
}

z::Result<> write_free_list(const CckdLayout& layout, const ImageFile& file) {
  auto header = Z_TRY(layout.header());
  const auto map = Z_TRY(read_map(layout, header, Z_TRY(file.size())));
  const auto space = free_space_of(layout, header, map);
  auto areas = space.areas();
  std::erase_if(areas, [&](const auto& area) { return area.length < layout.smallest_free_area(); });
  header.first_free = areas.empty() ? 0 : areas.front().place;
  header.free_areas = areas.size();
  header.free = header.largest_free = 0;
  for (std::size_t i = 0; i < areas.size(); ++i) {
    const auto next = i + 1 < areas.size() ? areas[i + 1].place : 0;
    Z_CHECK(layout.set_free_area(areas[i].place, areas[i].length, next));
    header.free += areas[i].length;
    header.largest_free = std::max(header.largest_free, areas[i].length);
  }
  header.size = space.end();
  header.unused_in_tracks = map.unused_in_tracks;
  header.free += map.unused_in_tracks;  // which counts as free, too
  header.used = header.size - header.free;
  header.options &= static_cast<std::uint8_t>(~CckdHeader::is_open);
  Z_CHECK(file.resize(header.size));
  return layout.set_header(header);
}

}  // namespace dasd3390
