#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/address.h"
#include "base/fd.h"
#include "base/result.h"
#include "base/units.h"

namespace cpu {

// What an access by the channel finds (PoP ch. 16, "Program Check", "Protection Check").
enum class StorageCheck : std::uint8_t { none, addressing, protection };

// Absolute storage of a configuration: bytes, storage keys and the marks that a write leaves behind.
class Storage {
 public:
  // Zeros; `size` is a multiple of 1 MiB... (owner: cpu engine)
  static z::Result<std::unique_ptr<Storage>> create(z::Bytes size);
  // Storage of a virtual machine inside the storage of its partition: [origin, origin + size), keys of its own.
  static z::Result<std::unique_ptr<Storage>> slice(Storage& parent, z::AbsoluteAddress origin, z::Bytes size);

  std::uint64_t size() const;
  bool contains(z::AbsoluteAddress address, std::uint64_t length) const;

  // Accesses of the channel subsystem and of CP, never of a CPU: absolute addresses, the key given (0 passes all). A store sets
  // the change bit and the dirty mark of each page, and drops decoded instructions of it. All or nothing.
  StorageCheck fetch(z::AbsoluteAddress from, std::span<std::byte> to, std::uint8_t key) const;
  StorageCheck store(z::AbsoluteAddress to, std::span<const std::byte> from, std::uint8_t key);
  // The bytes themselves, for a reader that needs no exact snapshot (relocation's passes, dumps).
  std::span<const std::byte> bytes() const;

  // Storage keys: access-control bits (4), F, R, C in the layout of ISKE (PoP ch. 3, "Storage Key").
  std::uint8_t key(z::FrameIndex frame) const;
  void set_key(z::FrameIndex frame, std::uint8_t key);

  // Dirty pages for relocation, interpreter.md section 8. While tracking is on, `harvest` returns the frames written
  // since the last harvest (or since tracking began): exact, a page written meanwhile is in this or in the next one.
  void begin_dirty_tracking();
  std::vector<z::FrameIndex> harvest_dirty();
  void end_dirty_tracking();
};

}  // namespace cpu
