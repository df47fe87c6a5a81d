#include "dasd3390/image/free_space.h"

#include <algorithm>
#include <iterator>

namespace dasd3390 {

FreeSpace::FreeSpace(std::uint64_t first, std::vector<Area> used) : end_(first) {
  std::ranges::sort(used, {}, &Area::place);
  for (const auto& area : used) {
    if (area.place > end_) add(end_, area.place - end_);
    end_ = std::max(end_, area.place + area.length);
  }
}

void FreeSpace::add(std::uint64_t place, std::uint64_t length) {
  by_place_.emplace(place, length);
  by_length_.emplace(length, place);
  total_ += length;
}

void FreeSpace::remove(std::map<std::uint64_t, std::uint64_t>::iterator area) {
  by_length_.erase({area->second, area->first});
  total_ -= area->second;
  by_place_.erase(area);
}

FreeSpace::Area FreeSpace::take(std::uint64_t length) {
  const auto best = by_length_.lower_bound({length, 0});
  if (best == by_length_.end()) {
    const Area result{end_, length};
    end_ += length;
    return result;
  }
  const Area found{best->second, best->first};
  remove(by_place_.find(found.place));
  const auto rest = found.length - length;
  if (rest < smallest) return found;
  add(found.place + length, rest);
  return {found.place, length};
}

std::uint64_t FreeSpace::end_after(std::uint64_t length) const {
  return by_length_.lower_bound({length, 0}) == by_length_.end() ? end_ + length : end_;
}

void FreeSpace::give_back(Area area) {
  auto next = by_place_.lower_bound(area.place);
  if (next != by_place_.begin()) {
    const auto before = std::prev(next);
    if (before->first + before->second == area.place) {
      area = {before->first, before->second + area.length};
      remove(before);
    }
  }
  next = by_place_.lower_bound(area.place);
  if (next != by_place_.end() && area.place + area.length == next->first) {
    area.length += next->second;
    remove(next);
  }
  if (area.place + area.length == end_)
    end_ = area.place;
  else
    add(area.place, area.length);
}

std::vector<FreeSpace::Area> FreeSpace::areas() const {
  std::vector<Area> result;
  for (const auto& [place, length] : by_place_) result.push_back({place, length});
  return result;
}

}  // namespace dasd3390
