#include "ctc/ring.h"

#include <cstring>

#include "base/assert.h"

namespace ctc {
namespace {

constexpr std::uint32_t no_slot = ~std::uint32_t{0};

// Before each record. A skip has no message: the next record stands `skip` bytes on.
struct RecordHeader {
  std::uint32_t skip = 0;
  std::uint32_t slot = no_slot;
  MessageHeader message;
};
static_assert(sizeof(RecordHeader) == 28);
constexpr std::size_t alignment = 32;  // so that a record header never crosses the end of the area

std::size_t record_size(std::size_t data_size) {
  return (sizeof(RecordHeader) + data_size + alignment - 1) / alignment * alignment;
}

}  // namespace

Ring::Ring(std::span<std::byte> memory)
    : control_(reinterpret_cast<RingControl*>(memory.data())), area_(memory.data() + sizeof(RingControl)) {
  Z_ASSERT(memory.size() == size);
}

// Position of the next record, after a skip where one is needed.
std::optional<std::uint64_t> Ring::place_for(std::size_t record, std::uint64_t written) const {
  const auto read = control_->read.load(std::memory_order_acquire);
  const auto offset = written % capacity;
  const auto is_empty = read == written;
  const auto skip = offset + record > capacity || (is_empty && offset >= record) ? capacity - offset : 0;
  if (!is_empty && written + skip + record - read > capacity) return std::nullopt;
  return written + skip;
}

std::optional<Ring::Wake> Ring::write(const RingMessage& message) {
  const auto record = record_size(message.data.size());
  Z_ASSERT(message.data.size() <= most_data);
  const auto written = control_->written.load(std::memory_order_relaxed);
  const auto place = place_for(record, written);
  if (!place) return std::nullopt;
  RecordHeader header{.skip = static_cast<std::uint32_t>(*place - written), .slot = no_slot, .message = {}};
  if (header.skip != 0) std::memcpy(area_ + written % capacity, &header, sizeof header);
  header = {.skip = 0, .slot = message.slot.value_or(no_slot), .message = message.header};
  if (!message.slot) header.message.size = static_cast<std::uint32_t>(message.data.size());
  auto* to = area_ + *place % capacity;
  std::memcpy(to, &header, sizeof header);
  if (!message.data.empty()) std::memcpy(to + sizeof header, message.data.data(), message.data.size());
  control_->written.store(*place + record);
  return control_->reader_sleeps.exchange(0) != 0 ? Wake::yes : Wake::no;
}

bool Ring::has_room(std::size_t data_size) const {
  return place_for(record_size(data_size), control_->written.load(std::memory_order_relaxed)).has_value();
}

z::Result<std::optional<RingMessage>> Ring::read() {
  auto position = control_->read.load(std::memory_order_relaxed);
  const auto written = control_->written.load(std::memory_order_acquire);
  if (position == written) return std::nullopt;
  const auto broken = [] { return z::failure("the other end wrote a broken record"); };
  if (position % alignment != 0 || written - position > 2 * capacity) return broken();
  RecordHeader header;
  std::memcpy(&header, area_ + position % capacity, sizeof header);
  if (header.skip != 0) {
    position += header.skip;
    if (position % capacity != 0 || position >= written) return broken();
    std::memcpy(&header, area_, sizeof header);
  }
  RingMessage message{.header = header.message};
  std::size_t data_size = header.message.size;
  if (header.slot != no_slot) {
    message.slot = header.slot;
    data_size = 0;
  }
  const auto record = record_size(data_size);
  if (header.message.size > max_transfer || data_size > most_data || position % capacity + record > capacity ||
      position + record > written)
    return broken();
  message.data = {area_ + position % capacity + sizeof header, data_size};
  read_until_ = position + record;
  return message;
}

void Ring::done() { control_->read.store(read_until_); }

Ring::Wake Ring::freed_room() { return control_->writer_sleeps.exchange(0) != 0 ? Wake::yes : Wake::no; }

bool Ring::prepare_to_wait_for_data() {
  control_->reader_sleeps.store(1);
  if (control_->written.load() == control_->read.load(std::memory_order_relaxed)) return true;
  control_->reader_sleeps.store(0);
  return false;
}

}  // namespace ctc
