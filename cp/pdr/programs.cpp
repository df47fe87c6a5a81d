#include "cp/pdr/programs.h"

#include "base/be.h"
#include "channel/device.h"

namespace cp::eckd {
namespace {

using Flag = ChannelProgram::Flag;

struct Cchh { z::be16 cylinder, head; };

// Define Extent, the 16-byte form.
struct Extent {
  std::uint8_t mask, attributes;
  std::uint8_t unused[6];
  Cchh first, last;
};
static_assert(sizeof(Extent) == 16);
constexpr std::uint8_t no_writes = 0x40, update_writes = 0x80, eckd_attributes = 0xC0;

template <class T>
std::span<const std::byte> bytes_of(const T& value) { return std::as_bytes(std::span{&value, 1}); }

}  // namespace

void begin_on_track(ChannelProgram& program, Intent intent, std::uint16_t cylinder, std::uint16_t head) {
  const Extent extent{.mask = intent == Intent::read ? no_writes : update_writes, .attributes = eckd_attributes, .unused = {},
                      .first = {cylinder, head}, .last = {cylinder, head}};
  program.add(define_extent, bytes_of(extent), Flag::chain_command);
  const struct { z::be16 bin; Cchh track; } argument{0, {cylinder, head}};
  program.add(seek, bytes_of(argument), Flag::chain_command);
}

void add_search_record(ChannelProgram& program, std::uint16_t cylinder, std::uint16_t head, std::uint8_t record) {
  const struct { Cchh track; std::uint8_t record; } argument{{cylinder, head}, record};
  program.add(search_id_equal, bytes_of(argument), Flag::chain_command);
  program.add_transfer(program.size() - 1);
}

void add_search_key(ChannelProgram& program, std::span<const std::byte> key) {
  program.add(search_key_equal, key, Flag::chain_command | Flag::suppress_length);
  program.add_transfer(program.size() - 1);
}

bool is_no_record_found(const IoEnd& end) {
  constexpr std::uint8_t no_record_found = 0x08;  // sense byte 1
  return (end.device_status & channel::unit_check.bits) != 0 && end.sense.size() > 1 && (end.sense[1] & no_record_found) != 0;
}

}  // namespace cp::eckd
