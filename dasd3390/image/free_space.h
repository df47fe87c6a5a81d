#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace dasd3390 {

// The areas of a compressed image that nothing lies in, up to the end of the file, which grows when none is large
// enough. One thread at a time.
class FreeSpace {
 public:
  struct Area {
    std::uint64_t place, length;
  };

  FreeSpace() = default;
  // `used` areas in any order, which do not overlap; the file begins with `first` bytes that are in use.
  FreeSpace(std::uint64_t first, std::vector<Area> used);

  // An area of at least `length` bytes: longer by what would be too small to be an area of its own.
  Area take(std::uint64_t length);
  // Where the file ends if `take` finds nothing.
  std::uint64_t end_after(std::uint64_t length) const;
  void give_back(Area area);

  std::uint64_t end() const { return end_; }  // of all that is in use
  std::uint64_t total() const { return total_; }
  std::vector<Area> areas() const;  // ascending

 private:
  static constexpr std::uint64_t smallest = 96;
  void add(std::uint64_t place, std::uint64_t length);
  void remove(std::map<std::uint64_t, std::uint64_t>::iterator area);

  std::map<std::uint64_t, std::uint64_t> by_place_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> by_length_;
  std::uint64_t end_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace dasd3390
