#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/address.h"

namespace lgr {

// CRC-32C (Castagnoli), as in iSCSI.
std::uint32_t crc32c(std::span<const std::byte> bytes);

// Checksum of a page: CRC-32C of the four CRC-32Cs of its words 0, 4, 8 ..., 1, 5, 9 ... and so on. Four independent
// chains, because the processor's CRC instruction has three times the latency of its throughput.
std::uint32_t page_checksum(std::span<const std::byte, z::page_size> page);

// Copies whole pages and tells the checksum of each. The copies go past the caches, which keep what is still to be copied.
void copy_pages(std::span<std::byte> to, std::span<const std::byte> from, std::span<std::uint32_t> checksums);

bool is_zero(std::span<const std::byte, z::page_size> page);

// Checksums of all frames of a storage, with a digest that is the same on two sides exactly when (but for chance) all
// frames are. Frames begin as zero pages.
class FrameDigest {
 public:
  explicit FrameDigest(std::uint64_t frames) : checksums_(frames, zero_page) {}
  void set(z::FrameIndex frame, std::uint32_t checksum);
  void set_zero(z::FrameIndex frame) { set(frame, zero_page); }
  std::uint64_t value() const { return sum_; }

 private:
  static constexpr std::uint32_t zero_page = 0;  // any value will do that both sides agree on
  std::vector<std::uint32_t> checksums_;
  std::uint64_t sum_ = 0;  // of mix(frame, checksum) over the frames that are not zero pages
};

}  // namespace lgr
