#include "cpu/storage.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>

#include "base/guest_bytes.h"
#include "cpu/storage_key.h"

namespace cpu {
namespace {

auto copy_of(std::span<const std::byte> from) {
  return [from](std::span<std::byte> to) { z::copy_guest_bytes(to.data(), from.data(), from.size()); };
}

// Host memory comes and goes in huge pages; a part of one would be split off.
void put_zeros(std::span<std::byte> bytes) {
  constexpr std::size_t huge_page = 2 << 20;
  const auto start = reinterpret_cast<std::uintptr_t>(bytes.data());
  const auto lead = std::min<std::size_t>(bytes.size(), (huge_page - start % huge_page) % huge_page);
  const auto whole = (bytes.size() - lead) / huge_page * huge_page;
  const auto middle = bytes.subspan(lead, whole);
  if (whole != 0 && ::madvise(middle.data(), whole, MADV_DONTNEED) != 0) z::fill_guest_bytes(middle.data(), std::byte{}, whole);
  z::fill_guest_bytes(bytes.data(), std::byte{}, lead);
  z::fill_guest_bytes(bytes.data() + lead + whole, std::byte{}, bytes.size() - lead - whole);
}

}  // namespace

Storage::Storage(z::Mapping mapping, std::span<std::byte> bytes)
    : mapping_(std::move(mapping)), bytes_(bytes), keys_(bytes.size() / z::page_size), dirty_(bytes.size() / z::page_size) {}

z::Result<std::unique_ptr<Storage>> Storage::create(z::Bytes size) {
  if (size.value == 0 || size.value % z::page_size != 0)
    return z::failure("not a multiple of 4 KiB: storage size {}", size.value);
  void* const address =
      ::mmap(nullptr, size.value, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (address == MAP_FAILED) return z::failure(z::Error::host(errno, "map guest storage"));
  // A guest that arrives touches all of its storage once: by huge pages the host faults 512 times less often. Where it refuses them,
  // all works in pages of 4 KiB.
  ::madvise(address, size.value, MADV_HUGEPAGE);
  z::Mapping mapping{address, size.value};
  const auto bytes = mapping.bytes();
  return std::unique_ptr<Storage>{new Storage{std::move(mapping), bytes}};
}

z::Result<std::unique_ptr<Storage>> Storage::slice(Storage& parent, z::AbsoluteAddress origin, z::Bytes size) {
  if (size.value == 0 || size.value % z::page_size != 0 || origin.value % z::page_size != 0)
    return z::failure("not on a 4 KiB boundary: slice at {:#x} of {:#x} bytes", origin.value, size.value);
  if (!parent.contains(origin, size.value))
    return z::failure("outside storage of {:#x} bytes: slice at {:#x} of {:#x} bytes", parent.size(), origin.value,
                      size.value);
  return std::unique_ptr<Storage>{new Storage{{}, parent.bytes_.subspan(origin.value, size.value)}};
}

// The kernel's page map has a doubleword for each page (Linux, admin-guide/mm/pagemap): bit 63 says that it is in memory, bit 62 that
// it is swapped out. Without the map every frame counts.
std::vector<z::FrameIndex> Storage::resident_frames() const {
  constexpr std::uint64_t present_or_swapped = 3ULL << 62;
  std::vector<std::uint64_t> entries(size() / z::page_size, present_or_swapped);
  if (const z::Fd map{::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)}) {
    const auto first = reinterpret_cast<std::uintptr_t>(bytes_.data()) / z::page_size;
    const auto wanted = std::as_writable_bytes(std::span{entries});
    for (std::size_t done = 0; done < wanted.size();) {
      const auto n = ::pread(map.get(), wanted.data() + done, wanted.size() - done, static_cast<off_t>(first * sizeof(entries[0]) + done));
      if (n <= 0) break;
      done += static_cast<std::size_t>(n);
    }
  }
  std::vector<z::FrameIndex> frames;
  for (std::uint64_t frame = 0; frame < entries.size(); ++frame)
    if ((entries[frame] & present_or_swapped) != 0) frames.push_back(z::FrameIndex{frame});
  return frames;
}

StorageCheck Storage::check(z::AbsoluteAddress address, std::uint64_t length, std::uint8_t key,
                            bool (*allows)(std::uint8_t, std::uint8_t)) const {
  if (!contains(address, length)) return StorageCheck::addressing;
  if (length == 0) return StorageCheck::none;
  const auto last = z::frame_of(address + (length - 1)).value;
  for (auto frame = z::frame_of(address).value; frame <= last; ++frame)
    if (!allows(keys_[frame].load(std::memory_order_relaxed), key)) return StorageCheck::protection;
  return StorageCheck::none;
}

StorageCheck Storage::fetch(z::AbsoluteAddress from, std::span<std::byte> to, std::uint8_t key) const {
  if (const auto found = check(from, to.size(), key, key_allows_fetch); found != StorageCheck::none) return found;
  if (to.empty()) return StorageCheck::none;
  const auto last = z::frame_of(from + (to.size() - 1)).value;
  for (auto frame = z::frame_of(from).value; frame <= last; ++frame)
    if (auto& held = keys_[frame]; (held.load(std::memory_order_relaxed) & storage_key::reference) == 0)
      held.fetch_or(storage_key::reference, std::memory_order_relaxed);
  z::copy_guest_bytes(to.data(), host(from), to.size());
  return StorageCheck::none;
}

// A harvest waits for the section, so the marks and the bytes fall on the same side of it.
template <class Mark, class Put>
void Storage::write(z::AbsoluteAddress to, std::uint64_t length, Mark mark, Put put) {
  const auto first = z::frame_of(to).value;
  const auto last = z::frame_of(to + (length - 1)).value;
  {
    const std::shared_lock section{section_};
    for (auto frame = first; frame <= last; ++frame) mark(z::FrameIndex{frame});
    put(std::span{host(to), length});
  }
  StorageObserver* const observer = observer_.load();
  if (observer == nullptr) return;
  for (auto frame = first; frame <= last; ++frame) {
    const std::uint64_t start = frame == first ? to.value % z::page_size : 0;
    const std::uint64_t end = frame == last ? (to.value + length - 1) % z::page_size + 1 : z::page_size;
    observer->frame_stored(z::FrameIndex{frame}, start, end - start);
  }
}

StorageCheck Storage::store(z::AbsoluteAddress to, std::span<const std::byte> from, std::uint8_t key) {
  if (const auto found = check(to, from.size(), key, key_allows_store); found != StorageCheck::none) return found;
  if (!from.empty())
    write(to, from.size(), [&](z::FrameIndex frame) { mark_changed(frame); }, copy_of(from));
  return StorageCheck::none;
}

void Storage::store_zeros(z::FrameIndex first, z::Pages count) {
  if (count.value == 0) return;
  write(z::start_of(first), count.bytes().value, [&](z::FrameIndex frame) { mark_changed(frame); }, put_zeros);
}

StorageCheck Storage::patch(z::AbsoluteAddress to, std::span<const std::byte> from) {
  if (!contains(to, from.size())) return StorageCheck::addressing;
  if (!from.empty())
    write(to, from.size(), [&](z::FrameIndex frame) { dirty_.mark(frame.value); }, copy_of(from));
  return StorageCheck::none;
}

void Storage::clear() {
  if (::madvise(bytes_.data(), bytes_.size(), MADV_DONTNEED) != 0) z::fill_guest_bytes(bytes_.data(), std::byte{}, bytes_.size());
  StorageObserver* const observer = observer_.load();
  for (std::uint64_t frame = 0; frame < keys_.size(); ++frame) {
    if (keys_[frame].load(std::memory_order_relaxed) != 0) keys_[frame].store(0);
    dirty_.mark(frame);
    if (observer != nullptr) observer->frame_stored(z::FrameIndex{frame}, 0, z::page_size);
  }
}

void Storage::set_key(z::FrameIndex frame, std::uint8_t key) {
  if (keys_[frame.value].exchange(key) == key) return;
  if (StorageObserver* const observer = observer_.load()) observer->purge_frame(frame);
}

std::uint8_t Storage::reset_reference(z::FrameIndex frame) {
  const std::uint8_t old = keys_[frame.value].fetch_and(static_cast<std::uint8_t>(~storage_key::reference));
  if ((old & storage_key::reference) != 0)
    if (StorageObserver* const observer = observer_.load()) observer->purge_frame(frame);
  return old;
}

void Storage::begin_dirty_tracking() { static_cast<void>(harvest_dirty()); static_cast<void>(harvest_dirty()); }

std::vector<z::FrameIndex> Storage::harvest_dirty() {
  const z::Lock lock{harvest_};
  dirty_.turn();
  if (StorageObserver* const observer = observer_.load()) observer->purge_write_translations();
  { const std::unique_lock all_sections{section_}; }  // those that marked the old sheet have written by now
  return dirty_.take_other();
}

void Storage::mark_referenced(z::FrameIndex frame) {
  auto& key = keys_[frame.value];
  if ((key.load(std::memory_order_relaxed) & storage_key::reference) == 0)
    key.fetch_or(storage_key::reference, std::memory_order_relaxed);
}

void Storage::mark_changed(z::FrameIndex frame) {
  constexpr std::uint8_t both = storage_key::reference | storage_key::change;
  auto& key = keys_[frame.value];
  if ((key.load(std::memory_order_relaxed) & both) != both) key.fetch_or(both, std::memory_order_relaxed);
  dirty_.mark(frame.value);
}

}  // namespace cpu
