#pragma once

#include <algorithm>
#include <vector>

#include "channel/device.h"

namespace channel::test {

// A data area that stands alone: what a device may read, or room for what it stores.
class Area final : public Transfer {
 public:
  explicit Area(std::vector<std::byte> output) : output_(std::move(output)), size_(output_.size()) {}
  explicit Area(std::size_t size) : size_(size) {}
  std::size_t count() const override { return size_; }
  std::size_t receive(std::span<std::byte> to) override {
    const auto part = std::min(to.size(), output_.size() - moved_);
    std::copy_n(output_.begin() + static_cast<std::ptrdiff_t>(moved_), part, to.begin());
    moved_ += part;
    return part;
  }
  std::size_t send(std::span<const std::byte> from) override {
    const auto part = std::min(from.size(), size_ - input.size());
    input.insert(input.end(), from.begin(), from.begin() + static_cast<std::ptrdiff_t>(part));
    return part;
  }
  void set_excess() override { excess = true; }

  std::vector<std::byte> input;
  bool excess = false;

 private:
  std::vector<std::byte> output_;
  std::size_t size_;
  std::size_t moved_ = 0;
};

}  // namespace channel::test
