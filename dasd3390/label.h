#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/be.h"
#include "base/ebcdic.h"
#include "dasd3390/track.h"

namespace dasd3390 {

struct Cchhr {
  Cchh track;
  std::uint8_t record = 0;
};
static_assert(sizeof(Cchhr) == 5);

// Volume label: record 3 of track 0/0, key "VOL1" (DFSMSdfp Advanced Services, "Volume Label Format").
inline constexpr std::size_t volume_label_record = 3;
struct VolumeLabel {
  z::EbcdicText<4> id;  // "VOL1"
  z::EbcdicText<6> volser;
  std::uint8_t security;
  Cchhr vtoc;
  z::EbcdicText<5> reserved_1;
  z::EbcdicText<4> control_interval, blocks_per_interval, labels_per_interval;
  z::EbcdicText<4> reserved_2;
  z::EbcdicText<14> owner;
  z::EbcdicText<29> reserved_3;
};
static_assert(sizeof(VolumeLabel) == 80);

VolumeLabel make_volume_label(std::string_view volser, Cchhr vtoc, std::string_view owner);
// Empty when the record is no label.
std::string volser_of_label(std::span<const std::byte> record_3_data);

// One to six letters, digits, @ # $.
bool is_volser(std::string_view volser);

}  // namespace dasd3390
