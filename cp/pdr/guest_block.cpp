#include "cp/pdr/guest_block.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "cp/pdr/crc32c.h"

namespace cp::pdr {
namespace {

constexpr std::uint16_t version = 1;
const auto identifier = z::EbcdicName::of("PDRGUEST");

std::uint32_t checksum(GuestBlockLayout block) {
  block.crc = 0;
  return crc32c(std::as_bytes(std::span{&block, 1}));
}

std::uint32_t checksum(const GuestEntry& entry) {
  return crc32c(std::as_bytes(std::span{&entry, 1}).first(offsetof(GuestEntry, crc)));
}

bool is_valid(const GuestBlockLayout& block) {
  return block.identifier == identifier && block.version == version && block.entries <= block.guests.size() &&
         block.crc == checksum(block);
}

GuestBlockLayout layout_of(std::span<const std::byte> bytes) {
  Z_ASSERT(bytes.size() == guest_block_size);
  GuestBlockLayout block;
  std::memcpy(&block, bytes.data(), sizeof block);
  return block;
}

bool is_zero(std::span<const std::byte> bytes) {
  return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{}; });
}

api::GuestRecord record_of(const GuestEntry& entry) {
  return {static_cast<api::GuestState>(static_cast<std::uint16_t>(entry.state)), api::MemberSlot{entry.owner},
          api::MemberSlot{entry.peer}, entry.epoch};
}

bool is_valid(const GuestEntry& entry) {
  return entry.state <= static_cast<std::uint16_t>(api::GuestState::committed) && entry.crc == checksum(entry);
}

}  // namespace

BucketPlace place_of_bucket(unsigned bucket) {
  Z_ASSERT(bucket < bucket_count);
  const auto first = static_cast<std::uint8_t>(bucket % buckets_per_track * 2 + 1);
  return {static_cast<std::uint16_t>(first_guest_head + bucket / buckets_per_track),
          {first, static_cast<std::uint8_t>(first + 1)}};
}

unsigned bucket_of(std::string_view userid) {
  const auto name = z::EbcdicName::of(userid);
  return crc32c(std::as_bytes(std::span{&name, 1})) % bucket_count;
}

z::Result<GuestBlock> GuestBlock::decode(Copies copies) {
  GuestBlock result;
  bool found = false;
  for (std::size_t i = 0; i < copies.size(); ++i) {
    const auto block = layout_of(copies[i]);
    if (!is_valid(block) || (found && block.sequence <= result.sequence_)) continue;
    found = true;
    result.current_ = i;
    result.sequence_ = block.sequence;
    result.entries_.assign(block.guests.begin(), block.guests.begin() + static_cast<std::uint16_t>(block.entries));
  }
  // The first write of a bucket may be torn: then one copy is still untouched.
  if (!found && !is_zero(copies[0]) && !is_zero(copies[1])) return z::failure("both copies damaged: guest ownership");
  if (!std::ranges::all_of(result.entries_, [](const GuestEntry& e) { return is_valid(e); }))
    return z::failure("an entry is damaged: guest ownership");
  return result;
}

api::GuestRecord GuestBlock::find(std::string_view userid) const {
  const auto found = std::ranges::find(entries_, z::EbcdicName::of(userid), &GuestEntry::userid);
  return found == entries_.end() ? api::GuestRecord{} : record_of(*found);
}

z::Result<> GuestBlock::set(std::string_view userid, api::GuestRecord record, z::TodClock now) {
  const auto name = z::EbcdicName::of(userid);
  auto found = std::ranges::find(entries_, name, &GuestEntry::userid);
  if (record == api::GuestRecord{}) {
    if (found != entries_.end()) entries_.erase(found);
    return {};
  }
  if (found == entries_.end()) {
    if (entries_.size() == GuestBlockLayout{}.guests.size())
      return z::failure("no room for {}: guest ownership", userid);
    found = entries_.insert(entries_.end(), GuestEntry{});
  }
  GuestEntry entry{};
  entry.userid = name;
  entry.state = static_cast<std::uint16_t>(record.state);
  entry.owner = record.owner.value;
  entry.peer = record.peer.value;
  entry.epoch = record.epoch;
  entry.changed = now.value;
  entry.crc = checksum(entry);
  *found = entry;
  return {};
}

std::vector<GuestBlock::Owned> GuestBlock::all() const {
  std::vector<Owned> result;
  for (const auto& entry : entries_) result.push_back({entry.userid.text(), record_of(entry)});
  return result;
}

std::vector<std::byte> GuestBlock::encode_next() const {
  GuestBlockLayout block{};
  block.identifier = identifier;
  block.version = version;
  block.entries = static_cast<std::uint16_t>(entries_.size());
  block.sequence = sequence_ + 1;
  std::ranges::copy(entries_, block.guests.begin());
  block.crc = checksum(block);
  const auto bytes = std::as_bytes(std::span{&block, 1});
  return {bytes.begin(), bytes.end()};
}

}  // namespace cp::pdr
