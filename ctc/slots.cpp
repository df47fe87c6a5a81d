#include "ctc/slots.h"

#include "base/assert.h"

namespace ctc {

std::optional<Buffer> Slots::take(std::size_t size) {
  Z_ASSERT(size <= max_transfer);
  for (std::uint32_t slot = 0; slot < SlotMemory::count; ++slot)
    if (memory_.taken[slot].exchange(1, std::memory_order_acquire) == 0)
      return Buffer{memory_.bytes[slot].data(), size, shared_from_this()};
  return std::nullopt;
}

bool Slots::has_free() const {
  for (const auto& taken : memory_.taken)
    if (taken.load() == 0) return true;
  return false;
}

std::optional<std::uint32_t> Slots::slot_of(const Buffer& buffer) const {
  if (buffer.lender() != this) return std::nullopt;
  return index(buffer.bytes().data());
}

std::optional<Buffer> Slots::received(std::uint32_t slot, std::size_t size) {
  if (slot >= SlotMemory::count || size > max_transfer) return std::nullopt;
  return Buffer{memory_.bytes[slot].data(), size, shared_from_this()};
}

// Publishes that nobody reads these bytes any more.
void Slots::take_back(std::byte* bytes) {
  memory_.taken[index(bytes)].store(0);
  freed_();
}

}  // namespace ctc
