#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "ctc/buffer.h"
#include "ctc/message.h"

namespace ctc {

// Memory of one direction for the data of commands, which both processes map. The writer takes a slot, fills it and names it in
// a message; the reader moves the bytes to its storage and gives the slot back. The lowest one first: it is in the cache.
struct SlotMemory {
  // A command moves its data while those of the one before are still being stored at the other side.
  static constexpr std::uint32_t count = 2;
  std::array<std::atomic<std::uint32_t>, count> taken;  // 1 from when the writer takes it until the reader is done with it
  alignas(4096) std::array<std::array<std::byte, max_transfer>, count> bytes;
};

// One end's view of a direction. Buffers keep it alive, and with it the mapping.
class Slots final : public Lender, public std::enable_shared_from_this<Slots> {
 public:
  // `keeps` owns the memory; `freed` is called when a slot was given back here.
  Slots(SlotMemory& memory, std::shared_ptr<const void> keeps, std::function<void()> freed)
      : memory_(memory), keeps_(std::move(keeps)), freed_(std::move(freed)) {}

  // The writer's: none when all are taken.
  std::optional<Buffer> take(std::size_t size);
  bool has_free() const;
  // Which slot the buffer lies in, if it is one of these.
  std::optional<std::uint32_t> slot_of(const Buffer& buffer) const;
  // The reader's: what the writer put there. None when it names no slot.
  std::optional<Buffer> received(std::uint32_t slot, std::size_t size);

  void take_back(std::byte* bytes) override;

 private:
  std::uint32_t index(const std::byte* bytes) const {
    return static_cast<std::uint32_t>(static_cast<std::size_t>(bytes - memory_.bytes[0].data()) / max_transfer);
  }
  SlotMemory& memory_;
  const std::shared_ptr<const void> keeps_;
  const std::function<void()> freed_;
};

}  // namespace ctc
