#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "base/address.h"
#include "base/result.h"
#include "base/units.h"

namespace cp {

// Partition storage that CP gives to virtual machines, in contiguous ranges of whole MiB. Lives longer than its ranges.
class Frames {
 public:
  static constexpr std::uint64_t unit = 1 << 20;

  // A reserved range; goes back when destroyed.
  class Range {
   public:
    Range(Frames& owner, z::AbsoluteAddress origin, z::Bytes size) : owner_(&owner), origin_(origin), size_(size) {}
    Range(Range&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), origin_(other.origin_), size_(other.size_) {}
    Range& operator=(Range&&) = delete;
    ~Range() {
      if (owner_ != nullptr) owner_->give_back(origin_, size_);
    }
    z::AbsoluteAddress origin() const { return origin_; }
    z::Bytes size() const { return size_; }

   private:
    Frames* owner_;
    z::AbsoluteAddress origin_;
    z::Bytes size_;
  };

  // [first, first + size) of partition storage.
  Frames(z::AbsoluteAddress first, z::Bytes size) { free_.emplace(first.value, size.value); }

  z::Result<Range> reserve(z::Bytes size);  // first fit
  z::Bytes available() const;
  z::Bytes largest() const;

 private:
  void give_back(z::AbsoluteAddress origin, z::Bytes size);
  std::map<std::uint64_t, std::uint64_t> free_;  // origin to size; neighbours are merged
};

}  // namespace cp
