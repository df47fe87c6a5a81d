#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/be.h"
#include "base/clock.h"
#include "base/ebcdic.h"
#include "base/result.h"
#include "cp/api/guest_records.h"

// Guest-ownership entries: which member may run a guest (relocation.md 6). They lie next to the PDR, on tracks 2 to 13
// of cylinder 0, in 4096-byte records. A user's name selects a bucket; a bucket is a pair of records that hold the same
// entries, of which the one with the higher valid sequence number counts. A change writes the other one, under RESERVE
// of the volume, so a torn write leaves the former state whole.
namespace cp::pdr {

inline constexpr std::size_t guest_block_size = 4096;
inline constexpr std::uint16_t guest_cylinder = 0, first_guest_head = 2, last_guest_head = 13;
inline constexpr unsigned buckets_per_track = 6;
inline constexpr unsigned bucket_count = (last_guest_head - first_guest_head + 1) * buckets_per_track;

struct GuestEntry {
  z::EbcdicName userid;
  z::be16 state;  // api::GuestState
  z::be16 owner;
  z::be16 peer;
  z::be16 reserved;
  z::be64 epoch;
  z::be64 changed;  // TOD
  std::array<std::uint8_t, 28> reserved_20;
  z::be32 crc;  // of what stands before it
};
static_assert(sizeof(GuestEntry) == 64 && alignof(GuestEntry) == 1);

struct GuestBlockLayout {
  z::EbcdicName identifier;
  z::be16 version;
  z::be16 entries;
  z::be32 crc;  // of the block with this field zero
  z::be64 sequence;
  std::array<std::uint8_t, 40> reserved;
  std::array<GuestEntry, 63> guests;
};
static_assert(sizeof(GuestBlockLayout) == guest_block_size && alignof(GuestBlockLayout) == 1);

// Where a bucket's two copies lie.
struct BucketPlace {
  std::uint16_t head;
  std::array<std::uint8_t, 2> records;
};
BucketPlace place_of_bucket(unsigned bucket);
unsigned bucket_of(std::string_view userid);

// A bucket decoded from its two copies.
class GuestBlock {
 public:
  using Copies = std::array<std::span<const std::byte>, 2>;
  // Both copies never written (all zeros): an empty bucket. Both damaged: an error.
  static z::Result<GuestBlock> decode(Copies copies);

  api::GuestRecord find(std::string_view userid) const;  // state `none` when there is no entry
  // `none` with epoch 0 removes the entry. Fails when the bucket is full.
  z::Result<> set(std::string_view userid, api::GuestRecord record, z::TodClock now);
  struct Owned {
    std::string userid;
    api::GuestRecord record;
  };
  std::vector<Owned> all() const;

  // The next state, and the copy (0 or 1) that it must replace.
  std::vector<std::byte> encode_next() const;
  std::size_t stale_copy() const { return 1 - current_; }

 private:
  std::vector<GuestEntry> entries_;
  std::uint64_t sequence_ = 0;
  std::size_t current_ = 1;
};

}  // namespace cp::pdr
