#include "channel/transport_area.h"

#include <algorithm>

#include "channel/blocks.h"
#include "channel/ccw.h"

namespace channel {
namespace {

// A list that leads back into itself has no end.
constexpr unsigned most_transfers = 256;

}  // namespace

std::size_t TransportArea::receive(std::span<std::byte> to) {
  if (direction_ != Direction::output) return 0;
  const auto moved = transfer(to.size(), [&](const Run& run, std::size_t offset, std::size_t length) {
    return storage_.fetch({run.address}, to.subspan(offset, length), key_);
  });
  take_sample(to.first(moved));
  return moved;
}

std::size_t TransportArea::send(std::span<const std::byte> from) {
  if (direction_ != Direction::input) return 0;
  const auto moved = transfer(from.size(), [&](const Run& run, std::size_t offset, std::size_t length) {
    if (run.skipped == Skipped::yes) return cpu::StorageCheck::none;
    return storage_.store({run.address}, from.subspan(offset, length), key_);
  });
  take_sample(from.first(moved));
  return moved;
}

template <class Move>
std::size_t TransportArea::transfer(std::size_t length, Move move) {
  std::size_t moved = 0;
  while (moved < length && left_ != 0 && check_ == 0) {
    if (run_.length == 0 && !next_run()) break;
    const auto part = std::min({length - moved, run_.length, left_});
    if (const auto check = status_of(move(run_, moved, part))) {
      fail(check);
      break;
    }
    moved += part;
    left_ -= part;
    run_.address += part;
    run_.length -= part;
  }
  return moved;
}

bool TransportArea::next_run() {
  if (place_.addressing == Addressing::direct || is_last_) return false;
  for (unsigned transfers = 0; transfers < most_transfers; ++transfers) {
    if (list_ % sizeof(Tidaw) != 0) return fail(subchannel_status::program_check);
    Tidaw word;
    if (const auto check = status_of(storage_.fetch({list_}, std::as_writable_bytes(std::span{&word, 1}), key_)))
      return fail(check);
    if ((word.flags & Tidaw::transfer_in_channel) != 0) {
      list_ = word.address;
      continue;
    }
    if (word.count == 0) return fail(subchannel_status::program_check);
    list_ += sizeof word;
    is_last_ = (word.flags & Tidaw::last) != 0;
    run_ = {word.address, word.count, (word.flags & Tidaw::skip) != 0 ? Skipped::yes : Skipped::no};
    return true;
  }
  return fail(subchannel_status::program_check);
}

bool TransportArea::fail(std::uint8_t check) {
  check_ = check;
  return false;
}

void TransportArea::take_sample(std::span<const std::byte> bytes) {
  const auto taken = std::min(bytes.size(), sample_.size() - sample_size_);
  std::copy_n(bytes.begin(), taken, sample_.begin() + static_cast<std::ptrdiff_t>(sample_size_));
  sample_size_ += taken;
}

std::optional<std::vector<std::byte>> gather(cpu::Storage& storage, std::uint8_t key, TransportArea::Place place) {
  constexpr std::uint8_t no_path = 0;
  TransportArea area{storage, key, TransportArea::Direction::output, place, no_path};
  std::vector<std::byte> result(place.length);
  if (area.receive(result) != result.size()) return std::nullopt;
  return result;
}

}  // namespace channel
