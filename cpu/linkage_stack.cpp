#include "cpu/linkage_stack.h"

namespace cpu {
namespace {

constexpr std::uint64_t valid = 1, address_bits = ~7ull;  // of the links between sections

}  // namespace

Access<LinkageStack::Descriptor> LinkageStack::descriptor(std::uint64_t address) {
  const auto image = fetch<std::uint64_t>(address);
  if (!image) return Access<Descriptor>::refused();
  return Descriptor{address, image.value()};
}

// The last descriptor, or the one in the header of the next section when the present one is full.
Access<LinkageStack::Descriptor> LinkageStack::descriptor_with_room() {
  const auto last = descriptor(cpu_.cr(15) & address_bits);
  if (!last) return last;
  const std::uint64_t free = last.value().free_space();
  if (free % 8 != 0) return refused<Descriptor>(Pic::stack_specification);
  if (free >= entry_size) return last;
  // Behind the free space is the trailer entry, which begins with the address of the next section's header.
  const auto forward = fetch<std::uint64_t>(last.value().address + descriptor_size + free);
  if (!forward) return Access<Descriptor>::refused();
  if ((forward.value() & valid) == 0) return refused<Descriptor>(Pic::stack_full);
  const std::uint64_t header = forward.value() & address_bits;
  const auto next = descriptor(header + 8);
  if (!next) return next;
  if (next.value().free_space() < entry_size) return refused<Descriptor>(Pic::stack_specification);
  if (!store<std::uint64_t>(header, last.value().address | valid)) return Access<Descriptor>::refused();
  return next;
}

Access<> LinkageStack::push(Type type, std::span<const std::byte, state_size> state) {
  const auto before = descriptor_with_room();
  if (!before) return Access<>::refused();
  const std::uint64_t at = before.value().address + descriptor_size;
  if (!cpu_.probe_store_in(space_, before.value().address, descriptor_size + entry_size)) return Access<>::refused();
  if (!cpu_.store_bytes_in(space_, at, state)) return Access<>::refused();
  const std::uint64_t section = before.value().image & 0x00FF'0000'0000'0000;
  const std::uint64_t fresh = static_cast<std::uint64_t>(type) << 56 | section | (before.value().free_space() - entry_size) << 32;
  if (!store<std::uint64_t>(at + state_size, fresh)) return Access<>::refused();
  const std::uint64_t linked = (before.value().image & ~0xFFFF'0000ull) | entry_size << 16;  // next-entry size
  if (!store<std::uint64_t>(before.value().address, linked)) return Access<>::refused();
  cpu_.cr(15) = (cpu_.cr(15) & ~address_bits) | (at + state_size);
  return {};
}

Access<LinkageStack::Entry> LinkageStack::last(Purpose purpose) {
  auto found = descriptor(cpu_.cr(15) & address_bits);
  if (!found) return Access<Entry>::refused();
  if (found.value().type() == Type::header) {
    if (purpose == Purpose::unstack && found.value().suppresses_unstacking()) return refused<Entry>(Pic::stack_operation);
    const auto backward = fetch<std::uint64_t>(found.value().address - 8);
    if (!backward) return Access<Entry>::refused();
    if ((backward.value() & valid) == 0) return refused<Entry>(Pic::stack_empty);
    found = descriptor(backward.value() & address_bits);
    if (!found) return Access<Entry>::refused();
    if (found.value().type() == Type::header) return refused<Entry>(Pic::stack_specification);
  }
  const Descriptor& last = found.value();
  if (last.type() != Type::branch && last.type() != Type::program_call) return refused<Entry>(Pic::stack_type);
  if (purpose == Purpose::unstack && last.suppresses_unstacking()) return refused<Entry>(Pic::stack_operation);
  return Entry{last.address - state_size, last.address, last.type()};
}

// The entry before it becomes the last one, and has none behind it.
Access<> LinkageStack::remove(const Entry& entry) {
  const std::uint64_t before = entry.state - descriptor_size;
  if (!store<std::uint16_t>(before + 4, 0)) return Access<>::refused();
  cpu_.cr(15) = (cpu_.cr(15) & ~address_bits) | before;
  return {};
}

}  // namespace cpu
