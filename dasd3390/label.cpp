#include "dasd3390/label.h"

#include <algorithm>
#include <cctype>
#include <cstring>

namespace dasd3390 {

VolumeLabel make_volume_label(std::string_view volser, Cchhr vtoc, std::string_view owner) {
  VolumeLabel label;
  std::memset(&label, 0x40, sizeof label);
  label.id = decltype(label.id)::of("VOL1");
  label.volser = decltype(label.volser)::of(volser);
  label.vtoc = vtoc;
  label.owner = decltype(label.owner)::of(owner);
  return label;
}

std::string volser_of_label(std::span<const std::byte> record_3_data) {
  VolumeLabel label;
  if (record_3_data.size() < sizeof label) return {};
  std::memcpy(&label, record_3_data.data(), sizeof label);
  if (label.id != decltype(label.id)::of("VOL1")) return {};
  return label.volser.text();
}

bool is_volser(std::string_view volser) {
  constexpr std::string_view national = "@#$";
  return !volser.empty() && volser.size() <= 6 && std::ranges::all_of(volser, [&](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || national.contains(c);
  });
}

}  // namespace dasd3390
