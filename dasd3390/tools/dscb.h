#pragma once

#include <cstdint>

#include "base/be.h"
#include "base/ebcdic.h"
#include "dasd3390/label.h"

namespace dasd3390 {

// Data set control blocks: records of the VTOC, key 44, data 96 (DFSMSdfp Advanced Services, "VTOC Components").
inline constexpr std::uint8_t dscb_key_length = 44, dscb_data_length = 96;

struct DscbExtent {
  std::uint8_t type = 0;
  std::uint8_t sequence = 0;
  Cchh first, last;
};
static_assert(sizeof(DscbExtent) == 10);

struct Dscb4 {  // of the VTOC itself
  std::uint8_t key[44];
  std::uint8_t id;  // X'F4'
  Cchhr highest_format_1;
  z::be16 free_dscbs;
  Cchh alternate_track;
  z::be16 alternate_tracks;
  std::uint8_t indicators;
  std::uint8_t extents;
  std::uint8_t reserved_1[2];
  z::be16 cylinders;
  z::be16 tracks_per_cylinder;
  z::be16 track_length;
  std::uint8_t overhead_not_last, overhead_last, overhead_key;
  std::uint8_t device_flags;  // X'30': overheads are of one byte, from the formula
  z::be16 tolerance;
  std::uint8_t dscbs_per_track;
  std::uint8_t directory_blocks_per_track;
  std::uint8_t reserved_2[29];
  DscbExtent vtoc;
  std::uint8_t reserved_3[13];
  z::be32 large_cylinders;
  std::uint8_t reserved_4[8];
};
static_assert(sizeof(Dscb4) == dscb_key_length + dscb_data_length);
static_assert(offsetof(Dscb4, cylinders) == 0x3E && offsetof(Dscb4, vtoc) == 0x69);
static_assert(offsetof(Dscb4, large_cylinders) == 0x80);

struct FreeExtent {
  z::be16 first_track;  // counted from the start of the volume
  z::be16 cylinders;
  std::uint8_t tracks;
};
static_assert(sizeof(FreeExtent) == 5);

struct Dscb5 {             // of free space
  std::uint8_t key_id[4];  // X'05'
  FreeExtent first[8];
  std::uint8_t id;  // X'F5'
  FreeExtent more[18];
  Cchhr next;
};
static_assert(sizeof(Dscb5) == dscb_key_length + dscb_data_length);

struct LargeFreeExtent {
  z::be32 first_track, end_track;  // one past the last
};
static_assert(sizeof(LargeFreeExtent) == 8);

struct Dscb7 {             // of free space on volumes whose cylinders need 28 bits
  std::uint8_t key_id[4];  // X'07'
  LargeFreeExtent first[5];
  std::uint8_t id;  // X'F7'
  LargeFreeExtent more[11];
  std::uint8_t reserved[2];
  Cchhr next;
};
static_assert(sizeof(Dscb7) == dscb_key_length + dscb_data_length);

struct Dscb1 {  // of a data set
  z::EbcdicText<44> name;
  std::uint8_t id;  // X'F1', or X'F8' on a large volume
  z::EbcdicText<6> volser;
  z::be16 volume_sequence;
  std::uint8_t created[3], expires[3];
  std::uint8_t extents;
  std::uint8_t unused_1[2];
  z::EbcdicText<13> system;
  std::uint8_t unused_2[7];
  z::be16 organisation;
  std::uint8_t record_format;
  std::uint8_t options;
  z::be16 block_length;
  z::be16 record_length;
  std::uint8_t unused_3[15];
  DscbExtent extent[3];
  Cchhr next;
};
static_assert(sizeof(Dscb1) == dscb_key_length + dscb_data_length);
static_assert(offsetof(Dscb1, extent) == 0x69);

}  // namespace dasd3390
