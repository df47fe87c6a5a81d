#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/result.h"
#include "ctc/message.h"

namespace ctc {

// The control words of a ring, in memory that both processes map. Positions count bytes since the session began.
struct RingControl {
  alignas(64) std::atomic<std::uint64_t> written{0};  // publishes the records before it
  alignas(64) std::atomic<std::uint64_t> read{0};     // publishes that the room before it may be used again
  // Set by a side that is about to sleep; who clears it rings the doorbell.
  alignas(64) std::atomic<std::uint32_t> reader_sleeps{0};
  std::atomic<std::uint32_t> writer_sleeps{0};
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

// What a ring carries: a message with few bytes of data, or one whose data lie in a slot beside the ring.
struct RingMessage {
  MessageHeader header{};
  std::span<const std::byte> data{};          // no slot
  std::optional<std::uint32_t> slot{};
};

// A ring of messages with one writer and one reader, each in its own process. A record becomes visible as a whole or not at
// all, so a writer that is killed leaves nothing half. A record is contiguous: what is left before the end of the area is
// skipped. When the ring is empty the writer starts again at its beginning if it can, so that a quiet link stays in the
// cache.
class Ring {
 public:
  static constexpr std::size_t most_data = 4096;  // in the ring itself
  // A record that does not fit before the end of the area always fits between its beginning and the place it skips from.
  static constexpr std::size_t capacity = 8 * (most_data + 4096);
  static constexpr std::size_t size = sizeof(RingControl) + capacity;

  // `memory` is of `size` bytes; a fresh one is all zero.
  explicit Ring(std::span<std::byte> memory);

  enum class Wake : std::uint8_t { no, yes };
  // The writer's side: nothing when there is no room. Says whether the reader must be woken.
  std::optional<Wake> write(const RingMessage& message);
  void say_writer_sleeps() { control_->writer_sleeps.store(1); }  // then look for room again
  bool has_room(std::size_t data_size) const;

  // The reader's side: no message when empty, an error when the writer broke the rules. `data` are there until `done`.
  z::Result<std::optional<RingMessage>> read();
  void done();
  Wake freed_room();               // after `done`, or when a slot is free again: whether the writer waits
  bool prepare_to_wait_for_data();  // false: there is data now

 private:
  std::optional<std::uint64_t> place_for(std::size_t record, std::uint64_t written) const;

  RingControl* control_;
  std::byte* area_;
  std::uint64_t read_until_ = 0;  // the reader's side: end of the record read last
};

}  // namespace ctc
