#include "cp/guest/frames.h"

#include <algorithm>

namespace cp {

z::Result<Frames::Range> Frames::reserve(z::Bytes size) {
  const auto wanted = (size.value + unit - 1) / unit * unit;
  for (auto hole = free_.begin(); hole != free_.end(); ++hole) {
    const auto [origin, length] = *hole;
    if (length < wanted) continue;
    free_.erase(hole);
    if (length > wanted) free_.emplace(origin + wanted, length - wanted);
    return Range{*this, {origin}, {wanted}};
  }
  return z::failure("{} MiB of contiguous storage are not available ({} MiB are free, the largest range has {} MiB)",
                    wanted / unit, available().value / unit, largest().value / unit);
}

z::Bytes Frames::available() const {
  z::Bytes sum;
  for (const auto& [origin, size] : free_) sum += z::Bytes{size};
  return sum;
}

z::Bytes Frames::largest() const {
  z::Bytes largest;
  for (const auto& [origin, size] : free_) largest = std::max(largest, z::Bytes{size});
  return largest;
}

void Frames::give_back(z::AbsoluteAddress origin, z::Bytes size) {
  auto range = free_.emplace(origin.value, size.value).first;
  if (const auto after = std::next(range); after != free_.end() && range->first + range->second == after->first) {
    range->second += after->second;
    free_.erase(after);
  }
  if (range == free_.begin()) return;
  if (const auto before = std::prev(range); before->first + before->second == range->first) {
    before->second += range->second;
    free_.erase(range);
  }
}

}  // namespace cp
