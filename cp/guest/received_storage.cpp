#include "cp/guest/received_storage.h"

#include <algorithm>

#include "base/assert.h"

namespace cp {

ReceivedStorage::ReceivedStorage(cpu::Storage& storage) : storage_(storage), frames_(storage.size() / z::page_size, Frame::zero) {
  const auto resident = storage.resident_frames();
  for (const auto frame : resident) frames_[frame.value] = Frame::left_over;
  left_over_ = resident.size();
}

void ReceivedStorage::write(z::FrameIndex first, std::span<const std::byte> pages) {
  Z_ASSERT(storage_.store(z::start_of(first), pages, 0) == cpu::StorageCheck::none);
  for (auto frame = first.value; frame < first.value + pages.size() / z::page_size; ++frame)
    if (std::exchange(frames_[frame], Frame::written) == Frame::left_over) --left_over_;
}

void ReceivedStorage::clear(z::FrameIndex first, z::Pages count) {
  zero_where(first.value, first.value + count.value, [](Frame frame) { return frame != Frame::zero; });
}

void ReceivedStorage::clear_rest() {
  if (left_over_ != 0) zero_where(0, frames_.size(), [](Frame frame) { return frame == Frame::left_over; });
}

// In runs: a page that is zero already stays without host memory.
template <class Predicate>
void ReceivedStorage::zero_where(std::uint64_t from, std::uint64_t to, Predicate is_wanted) {
  while (from < to) {
    const auto begin = static_cast<std::uint64_t>(std::find_if(frames_.begin() + from, frames_.begin() + to, is_wanted) - frames_.begin());
    const auto end = static_cast<std::uint64_t>(std::find_if_not(frames_.begin() + begin, frames_.begin() + to, is_wanted) - frames_.begin());
    storage_.store_zeros(z::FrameIndex{begin}, {end - begin});
    left_over_ -= static_cast<std::uint64_t>(std::count(frames_.begin() + begin, frames_.begin() + end, Frame::left_over));
    std::fill(frames_.begin() + begin, frames_.begin() + end, Frame::zero);
    from = end;
  }
}

}  // namespace cp
