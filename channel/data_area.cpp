#include "channel/data_area.h"

#include <algorithm>
#include <vector>

#include "base/assert.h"

namespace channel {

DataArea::DataArea(cpu::Storage& storage, const Orb& orb, const Ccw& ccw, PciListener& pci, std::uint8_t path, AddressLimit limit)
    : storage_(storage), orb_(orb), pci_(pci), command_(ccw.command), path_(path), limit_(limit), ccw_(ccw), left_(ccw.count), known_count_(ccw.count) {
  begin_ccw();
}

// Looks at the chained CCWs as they stand now. They are fetched, and checked, again when the stream reaches them.
std::size_t DataArea::count() const {
  constexpr unsigned most_ccws = 1024;  // a chain that leads back to itself has no end
  auto total = known_count_;
  auto last = ccw_;
  for (unsigned n = 0; n < most_ccws && last.has(ccw_flag::chain_data); ++n) {
    const auto next = CcwReader{storage_, orb_}.read(last.next(), CcwReader::Place::in_data_chain);
    if (!next) break;
    total += next->count;
    last = *next;
  }
  return total;
}

std::size_t DataArea::receive(std::span<std::byte> to) {
  Z_ASSERT(!Ccw::is_input(command_));
  const auto moved = transfer(to.size(), [&](const Run& run, std::size_t offset) {
    return storage_.fetch(run.address, to.subspan(offset, run.length), orb_.key());
  });
  take_sample(to.first(moved));
  return moved;
}

// A trace is shown as many of the bytes as it keeps.
std::size_t DataArea::pass_over(std::size_t count) {
  std::vector<std::byte> shown(std::min(count, sample_.size() - sample_size_));
  const auto first = receive(shown);
  if (first < shown.size()) return first;
  return first + transfer(count - first, [](const Run&, std::size_t) { return cpu::StorageCheck::none; });
}

std::size_t DataArea::send(std::span<const std::byte> from) {
  Z_ASSERT(Ccw::is_input(command_));
  const auto moved = transfer(from.size(), [&](const Run& run, std::size_t offset) {
    return run.skipped ? cpu::StorageCheck::none : store(run, from.subspan(offset, run.length));
  });
  if (moved < from.size()) excess_ = true;
  take_sample(from.first(moved));
  return moved;
}

template <class Move>
std::size_t DataArea::transfer(std::size_t length, Move move) {
  touched_ = true;
  std::size_t moved = 0;
  while (moved < length && check_ == 0) {
    if (left_ == 0 && !chain_data()) break;
    const auto run = next_run(length - moved);
    if (!run) break;
    if (const auto check = status_of(move(*run, moved))) {
      fail(check);
      break;
    }
    moved += run->length;
    left_ = static_cast<std::uint16_t>(left_ - run->length);
    if (!is_direct()) block_left_ -= run->length;
    position_ = Ccw::is_read_backward(command_) ? position_ - run->length : position_ + run->length;
  }
  return moved;
}

// Fetches the CCW that a CD flag leads to.
bool DataArea::chain_data() {
  if (!ccw_.has(ccw_flag::chain_data)) return false;
  const auto next = CcwReader{storage_, orb_}.read(ccw_.next(), CcwReader::Place::in_data_chain);
  if (!next) {
    check_ = next.error().subchannel_status;
    faulty_ccw_ = next.error().ccw;
    return false;
  }
  ccw_ = *next;
  left_ = ccw_.count;
  known_count_ += ccw_.count;
  if (ccw_.has(ccw_flag::pci)) pci_.program_controlled_interruption(ccw_.next());
  begin_ccw();
  return true;
}

// Lists and single areas start alike: nothing is looked at before the first byte moves.
void DataArea::begin_ccw() {
  position_ = {ccw_.address};
  list_ = ccw_.address;
  block_left_ = 0;
  first_word_ = true;
  skip_word_ = false;
  listed_ = 0;
}

// SKIP with IDAWs looks at none of them.
bool DataArea::is_direct() const {
  if (ccw_.has(ccw_flag::modified_indirect)) return false;
  return !ccw_.has(ccw_flag::indirect) || (Ccw::is_input(command_) && ccw_.has(ccw_flag::skip));
}

std::optional<DataArea::Run> DataArea::next_run(std::size_t wanted) {
  std::size_t length = std::min<std::size_t>(wanted, left_);
  if (is_direct()) {
    if (Ccw::is_input(command_) && ccw_.has(ccw_flag::skip)) return Run{position_, length, true};
    length = cut_at_limit(length);
    if (length == 0) return fail(subchannel_status::program_check);
    return Run{position_, length, false};
  }
  if (block_left_ == 0) {
    const bool ready = ccw_.has(ccw_flag::indirect) ? next_address_word() : next_modified_word();
    if (!ready) return std::nullopt;
  }
  length = std::min<std::size_t>(length, block_left_);
  const auto leftmost = Ccw::is_read_backward(command_) ? position_ - (length - 1) : position_;
  if (skip_word_) return Run{position_, length, true};
  if (!storage_.contains(leftmost, length)) return fail(subchannel_status::program_check);
  length = cut_at(limit_.first, limit_.end, length);
  if (length == 0) return fail(subchannel_status::program_check);
  return Run{position_, length, false};
}

// How much of `length` can move before the area leaves storage, the addresses that its CCW format can name, or the address limit.
std::size_t DataArea::cut_at_limit(std::size_t length) const {
  const std::uint64_t nameable = orb_.has(Orb::format_1) ? 0x8000'0000 : 0x0100'0000;
  return cut_at(limit_.first, std::min({nameable, storage_.size(), limit_.end}), length);
}

// How much of `length` lies between these addresses, from the position on.
std::size_t DataArea::cut_at(std::uint64_t first, std::uint64_t end, std::size_t length) const {
  if (position_.value < first || position_.value >= end) return 0;
  const auto room = Ccw::is_read_backward(command_) ? position_.value - first + 1 : end - position_.value;
  return std::min<std::uint64_t>(length, room);
}

std::uint64_t DataArea::block_size() const {
  return orb_.has(Orb::format_2_idaw) && !orb_.has(Orb::idaw_2k) ? 4096 : 2048;
}

// Bytes from the position to the boundary of its block in the direction of transfer.
std::uint64_t DataArea::room_in_block(std::uint64_t block) const {
  const auto offset = position_.value % block;
  return Ccw::is_read_backward(command_) ? offset + 1 : block - offset;
}

// PoP ch. 15, "CCW Indirect Data Addressing": only the first word may point into the middle of a block.
bool DataArea::next_address_word() {
  const bool wide = orb_.has(Orb::format_2_idaw);
  if (list_ % (wide ? 8 : 4) != 0) return fail(subchannel_status::program_check), false;
  z::be64 wide_word = 0;
  z::be32 word = 0;
  const auto into = wide ? std::as_writable_bytes(std::span{&wide_word, 1}) : std::as_writable_bytes(std::span{&word, 1});
  if (const auto check = status_of(storage_.fetch({list_}, into, orb_.key()))) return fail(check), false;
  if (!wide && word >= 0x8000'0000) return fail(subchannel_status::program_check), false;
  list_ += into.size();
  position_ = {wide ? wide_word : word};
  block_left_ = room_in_block(block_size());
  if (!first_word_ && block_left_ != block_size()) return fail(subchannel_status::program_check), false;
  first_word_ = false;
  if (wide) join_adjacent_blocks();
  return true;
}

// Blocks that lie one after another move as one. Only where the program allows prefetching, and with key 0 and inside storage, where
// no block of them can be refused by itself.
void DataArea::join_adjacent_blocks() {
  if (!orb_.has(Orb::prefetch) || orb_.key() != 0 || Ccw::is_read_backward(command_)) return;
  std::array<z::be64, 16> words;
  while (block_left_ < left_) {
    const auto wanted = std::min<std::uint64_t>(words.size(), (left_ - block_left_ + block_size() - 1) / block_size());
    const auto list = std::as_writable_bytes(std::span{words}.first(wanted));
    if (storage_.fetch({list_}, list, 0) != cpu::StorageCheck::none) return;
    for (std::uint64_t i = 0; i < wanted; ++i) {
      if (words[i] != position_.value + block_left_ || !storage_.contains(position_, block_left_ + block_size())) return;
      block_left_ += block_size();
      list_ += sizeof(z::be64);
    }
  }
}

// PoP ch. 15, "Modified-CCW-Indirect-Data Addressing".
bool DataArea::next_modified_word() {
  const auto invalid = [&] { return fail(subchannel_status::program_check), false; };
  const bool left_the_page = list_ / z::page_size != ccw_.address / z::page_size;
  if (list_ % sizeof(Midaw) != 0 || left_the_page) return invalid();
  Midaw word;
  if (const auto check = status_of(storage_.fetch({list_}, std::as_writable_bytes(std::span{&word, 1}), orb_.key())))
    return fail(check), false;
  if (word.count == 0 || (word.flags & Midaw::reserved_flags) != 0) return invalid();
  if (std::ranges::any_of(word.reserved, [](auto byte) { return byte != 0; })) return invalid();
  listed_ += word.count;
  const bool last = (word.flags & Midaw::last) != 0;
  if (listed_ > ccw_.count || last != (listed_ == ccw_.count)) return invalid();
  list_ += sizeof(Midaw);
  position_ = {word.data_address};
  skip_word_ = (word.flags & Midaw::skip) != 0 && Ccw::is_input(command_);
  block_left_ = word.count;
  if (!skip_word_ && block_left_ > room_in_block(z::page_size)) return invalid();
  if ((word.flags & Midaw::data_transfer_interruption) != 0) pci_.program_controlled_interruption(ccw_.next());
  return true;
}

std::nullopt_t DataArea::fail(std::uint8_t check) {
  check_ = check;
  faulty_ccw_ = ccw_.location;
  return std::nullopt;
}

// Backward, the first byte from the device goes to the rightmost location.
cpu::StorageCheck DataArea::store(const Run& run, std::span<const std::byte> from) {
  if (!Ccw::is_read_backward(command_)) return storage_.store(run.address, from, orb_.key());
  std::vector<std::byte> reversed(from.rbegin(), from.rend());
  return storage_.store(run.address - (run.length - 1), reversed, orb_.key());
}

void DataArea::take_sample(std::span<const std::byte> bytes) {
  const auto taken = std::min(bytes.size(), sample_.size() - sample_size_);
  std::copy_n(bytes.begin(), taken, sample_.begin() + static_cast<std::ptrdiff_t>(sample_size_));
  sample_size_ += taken;
}

}  // namespace channel
