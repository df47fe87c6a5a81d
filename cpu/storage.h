#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <span>
#include <vector>

#include "base/address.h"
#include "base/fd.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/units.h"
#include "cpu/dirty_marks.h"
#include "cpu/lazy_array.h"

namespace cpu {

// What an access by the channel finds (PoP ch. 16, "Program Check", "Protection Check").
enum class StorageCheck : std::uint8_t { none, addressing, protection };

// Who caches translations and decoded instructions of a storage: the CPUs of its configuration. Called on any thread.
class StorageObserver {
 public:
  virtual ~StorageObserver() = default;
  // Returns when no CPU has a translation of the frame any more.
  virtual void purge_frame(z::FrameIndex frame) = 0;
  // Returns when no CPU may store anywhere without marking the frame again.
  virtual void purge_write_translations() = 0;
  // Bytes of the frame were changed by someone who is not a CPU.
  virtual void frame_stored(z::FrameIndex frame, std::uint64_t offset, std::uint64_t length) = 0;
};

// Absolute storage of a configuration: bytes, storage keys and the marks that a write leaves behind.
class Storage {
 public:
  // Zeros, keys 0; `size` is a multiple of 4 KiB.
  static z::Result<std::unique_ptr<Storage>> create(z::Bytes size);
  // Storage of a virtual machine inside the storage of its partition: [origin, origin + size), keys of its own. The
  // parent outlives it.
  static z::Result<std::unique_ptr<Storage>> slice(Storage& parent, z::AbsoluteAddress origin, z::Bytes size);

  std::uint64_t size() const { return bytes_.size(); }
  bool contains(z::AbsoluteAddress address, std::uint64_t length) const {
    return address.value <= size() && length <= size() - address.value;
  }

  // Accesses of the channel subsystem and of CP, never of a CPU: absolute addresses, the key given (0 passes all). A store sets
  // the change bit and the dirty mark of each page, and drops decoded instructions of it. All or nothing.
  StorageCheck fetch(z::AbsoluteAddress from, std::span<std::byte> to, std::uint8_t key) const;
  StorageCheck store(z::AbsoluteAddress to, std::span<const std::byte> from, std::uint8_t key);
  // The bytes themselves, for a reader that needs no exact snapshot (relocation's passes, dumps).
  std::span<const std::byte> bytes() const { return bytes_; }
  // For a debugger: bytes change without a look at keys and without a trace in them; decoded instructions and dirty marks
  // learn of it. All or nothing.
  StorageCheck patch(z::AbsoluteAddress to, std::span<const std::byte> from);
  // Frames that may be other than zero, ascending; all others have no host page behind them.
  std::vector<z::FrameIndex> resident_frames() const;
  // All bytes and keys zero, as clear reset leaves them. The CPUs are stopped.
  void clear();
  // Zeros, as a store by CP. Large stretches give their host memory back.
  void store_zeros(z::FrameIndex first, z::Pages count);

  // Storage keys: access-control bits (4), F, R, C in the layout of ISKE (PoP ch. 3, "Storage Key").
  std::uint8_t key(z::FrameIndex frame) const { return keys_[frame.value].load(std::memory_order_relaxed); }
  void set_key(z::FrameIndex frame, std::uint8_t key);
  // RESET REFERENCE BIT: returns the key as it was.
  std::uint8_t reset_reference(z::FrameIndex frame);

  // Dirty pages for relocation, interpreter.md section 8. While tracking is on, `harvest` returns the frames written
  // since the last harvest (or since tracking began): exact, a page written meanwhile is in this or in the next one.
  void begin_dirty_tracking();
  std::vector<z::FrameIndex> harvest_dirty();
  void end_dirty_tracking() {}  // marks cost nothing while nobody harvests

  // For the CPUs of the configuration, in the section between two of their safepoints.
  std::byte* host(z::AbsoluteAddress address) const { return bytes_.data() + address.value; }
  void mark_referenced(z::FrameIndex frame);
  void mark_changed(z::FrameIndex frame);  // change bit, reference bit and dirty mark: before the bytes change
  void set_observer(StorageObserver* observer) { observer_.store(observer); }

 private:
  Storage(z::Mapping mapping, std::span<std::byte> bytes);
  template <class Mark, class Put>
  void write(z::AbsoluteAddress to, std::uint64_t length, Mark mark, Put put);
  StorageCheck check(z::AbsoluteAddress address, std::uint64_t length, std::uint8_t key, bool (*allows)(std::uint8_t, std::uint8_t)) const;

  z::Mapping mapping_;  // none for a slice
  std::span<std::byte> bytes_;
  LazyArray<std::uint8_t> keys_;
  DirtyMarks dirty_;
  z::Mutex harvest_;                     // one harvest at a time
  mutable std::shared_mutex section_;    // shared: a device or CP is between marking pages and having written them
  std::atomic<StorageObserver*> observer_{nullptr};  // set while the configuration exists
};

}  // namespace cpu
