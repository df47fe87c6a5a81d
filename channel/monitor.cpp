#include "channel/monitor.h"

#include <span>

#include "base/be.h"

namespace channel {
namespace {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;

constexpr uint64_t origin_boundary = 32;

// PoP ch. 17, "Measurement Block": format 0 lies in the area of SCHM's origin, format 1 where the SCHIB says.
struct Block0 {
  z::be16 starts{};
  z::be16 samples{};
  z::be32 connected{};
  z::be32 pending{};
  z::be32 disconnected{};
  z::be32 control_unit_queuing{};
  z::be32 active_only{};
  z::be32 reserved[2]{};
};
static_assert(sizeof(Block0) == 32 && alignof(Block0) == 1);

struct Block1 {
  z::be32 starts{};
  z::be32 samples{};
  z::be32 connected{};
  z::be32 pending{};
  z::be32 disconnected{};
  z::be32 control_unit_queuing{};
  z::be32 active_only{};
  z::be32 busy{};
  z::be32 initial_command_response{};
  z::be32 reserved[7]{};
};
static_assert(sizeof(Block1) == 64 && alignof(Block1) == 1);

// Counters and times wrap.
template <class Field>
void add_to(Field& field, uint64_t amount) {
  field = static_cast<decltype(+field)>(field + amount);
}

uint64_t units(z::Nanoseconds time) { return static_cast<uint64_t>(time / measurement_unit); }

template <class Block>
bool add_to_block(cpu::Storage& storage, z::AbsoluteAddress at, std::uint8_t key, const Sample& sample) {
  Block block;
  if (storage.fetch(at, std::as_writable_bytes(std::span{&block, 1}), key) != cpu::StorageCheck::none) return false;
  add_to(block.starts, sample.starts);
  add_to(block.samples, 1);
  add_to(block.connected, units(sample.connected));
  add_to(block.pending, units(sample.pending));
  add_to(block.disconnected, units(sample.disconnected));
  add_to(block.active_only, units(sample.active_only));
  return storage.store(at, std::as_bytes(std::span{&block, 1}), key) == cpu::StorageCheck::none;
}

}  // namespace

Answer ChannelMonitor::set(uint64_t control, uint64_t origin) {
  const auto word = control & 0xFFFF'FFFF;
  if ((word & ~(key_mask | update | connect_time)) != 0) return Answer::operand_exception;
  if ((word & update) != 0) {
    if (origin % origin_boundary != 0) return Answer::operand_exception;
    origin_.store(origin, std::memory_order_relaxed);
  }
  control_.store(word, std::memory_order_release);
  return Answer::cc0;
}

bool ChannelMonitor::add(const Pmcw& pmcw, uint64_t extended_block, const Sample& sample) {
  const auto key = static_cast<std::uint8_t>((control_.load(std::memory_order_acquire) & key_mask) >> 28);
  if ((pmcw.control & Pmcw::measurement_format) != 0)
    return add_to_block<Block1>(storage_, {extended_block}, key, sample);
  const auto block = origin_.load(std::memory_order_relaxed) + sizeof(Block0) * pmcw.measurement_block_index;
  return add_to_block<Block0>(storage_, {block}, key, sample);
}

}  // namespace channel
