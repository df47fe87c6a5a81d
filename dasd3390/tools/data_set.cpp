#include "dasd3390/tools/data_set.h"

#include <algorithm>
#include <cstring>

namespace dasd3390 {
namespace {

std::vector<TrackNumber> tracks_of(const DataSet& data_set, const Editor& editor) {
  std::vector<TrackNumber> result;
  for (const auto& [first, last] : data_set.extents)
    for (auto track = first.number(); track <= last.number() && track.value < editor.geometry().tracks(); track = following(track))
      result.push_back(track);
  return result;
}

// From a record of a track of the data set on, up to an end-of-file record.
z::Result<> read_from(const Editor& editor, std::span<const TrackNumber> tracks, std::size_t first, const RecordSink& sink,
                      const Progress& progress) {
  for (std::size_t at = 0; at < tracks.size(); ++at) {
    const auto track = Z_TRY(editor.read_track(address_of(tracks[at])));
    for (std::size_t i = at == 0 ? first : 1; i < track.record_count(); ++i) {
      if (track.data(i).empty()) return {};
      Z_CHECK(sink(track.data(i)));
    }
    if (progress) progress(at + 1, tracks.size());
  }
  return {};
}

// An entry of a directory: name, TTR, and a byte whose low five bits count halfwords of user data.
struct DirectoryEntry {
  z::EbcdicText<8> name;
  z::be16 track;
  std::uint8_t record;
  std::uint8_t flags;
  static constexpr std::uint8_t user_halfwords = 0x1F;
};
static_assert(sizeof(DirectoryEntry) == 12);

// False at the entry of all ones that ends the directory.
bool add_members(std::vector<Member>& members, std::span<const std::byte> block) {
  constexpr std::size_t length_field = 2;
  z::be16 used = std::uint16_t{0};
  if (block.size() < length_field) return false;
  std::memcpy(&used, block.data(), sizeof used);
  const std::size_t end = std::min<std::size_t>(used, block.size());
  for (std::size_t at = length_field; at + sizeof(DirectoryEntry) <= end;) {
    DirectoryEntry entry;
    std::memcpy(&entry, block.data() + at, sizeof entry);
    if (std::ranges::all_of(block.subspan(at, 8), [](std::byte b) { return b == std::byte{0xFF}; })) return false;
    members.push_back({entry.name.text(), entry.track, entry.record});
    at += sizeof entry + 2u * (entry.flags & DirectoryEntry::user_halfwords);
  }
  return true;
}

bool is_formatted(const Track& track, std::uint16_t block, std::size_t records) {
  if (track.record_count() != records + 1) return false;
  for (std::size_t i = 1; i <= records; ++i)
    if (track.count(i).key_length != 0 || track.count(i).data_length != block) return false;
  return true;
}

}  // namespace

z::Result<DataSet> find_data_set(const Editor& editor, std::string_view name) {
  for (auto& data_set : Z_TRY(list_data_sets(editor)))
    if (data_set.name == name) return data_set;
  return z::failure("no data set {} on {}", name, editor.volume().path().string());
}

z::Result<> read_data_set(const Editor& editor, const DataSet& data_set, const RecordSink& sink, const Progress& progress) {
  return read_from(editor, tracks_of(data_set, editor), 1, sink, progress);
}

z::Result<> write_partition(Editor& editor, const DataSet& partition, std::uint16_t block, const BlockSource& source,
                            const Progress& progress) {
  const auto tracks = tracks_of(partition, editor);
  const auto records = records_per_track(0, block);
  std::vector<std::byte> data(block);
  for (std::size_t at = 0; at < tracks.size(); ++at) {
    const auto address = address_of(tracks[at]);
    const auto is_ready = is_formatted(Z_TRY(editor.read_track(address)), block, records);
    std::vector<NewRecord> fresh;
    for (std::uint32_t n = 1; n <= records; ++n) {
      const auto got = Z_TRY(source(data));
      const auto used = std::span{data}.first(got);
      if (got == 0 && is_ready && fresh.empty()) return {};
      fresh.push_back({static_cast<std::uint8_t>(n), 0, block, {}, {used.begin(), used.end()}});
    }
    const bool is_last = fresh.back().data.size() < block;
    Z_CHECK(editor.format_track(address, fresh));
    if (progress) progress(at + 1, tracks.size());
    if (is_last) return {};
  }
  if (Z_TRY(source(data)) != 0) return z::failure("{} has no room for all of it: {} tracks", partition.name, tracks.size());
  return {};
}

z::Result<std::vector<Member>> list_members(const Editor& editor, const DataSet& data_set) {
  constexpr std::uint8_t directory_key = 8;
  std::vector<Member> members;
  for (const auto number : tracks_of(data_set, editor)) {
    const auto track = Z_TRY(editor.read_track(address_of(number)));
    for (std::size_t i = 1; i < track.record_count(); ++i) {
      if (track.count(i).key_length != directory_key || track.data(i).empty()) return members;
      if (!add_members(members, track.data(i))) return members;
    }
  }
  return members;
}

z::Result<> read_member(const Editor& editor, const DataSet& data_set, std::string_view name, const RecordSink& sink) {
  const auto members = Z_TRY(list_members(editor, data_set));
  const auto member = std::ranges::find(members, name, &Member::name);
  if (member == members.end()) return z::failure("no member {} in {}", name, data_set.name);
  const auto tracks = tracks_of(data_set, editor);
  if (member->track >= tracks.size()) return z::failure("member {} begins outside {}", name, data_set.name);
  return read_from(editor, std::span{tracks}.subspan(member->track), member->record, sink, {});
}

}  // namespace dasd3390
