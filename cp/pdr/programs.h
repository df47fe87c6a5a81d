#pragma once

#include <cstdint>

#include "cp/io/real_io.h"

// ECKD command codes and parameters that CP's own channel programs share (reference/eckd-3390.md 3).
namespace cp::eckd {

inline constexpr std::uint8_t seek = 0x07, search_id_equal = 0x31, search_key_equal = 0x29, read_data = 0x06,
                              read_key_and_data = 0x0E, write_data = 0x05, write_key_and_data = 0x0D, define_extent = 0x63,
                              device_reserve = 0xB4, device_release = 0x94;
inline constexpr std::size_t sense_size = 32;  // what RESERVE and RELEASE return

enum class Intent : std::uint8_t { read, update };

// DEFINE EXTENT of one track and SEEK to it; commands chained.
void begin_on_track(ChannelProgram& program, Intent intent, std::uint16_t cylinder, std::uint16_t head);
// SEARCH ID EQUAL and the TIC back to it: on to the record with this number.
void add_search_record(ChannelProgram& program, std::uint16_t cylinder, std::uint16_t head, std::uint8_t record);
// SEARCH KEY EQUAL of the first bytes of a key, and the TIC.
void add_search_key(ChannelProgram& program, std::span<const std::byte> key);

// A search went twice past the index: there is no such record on the track.
bool is_no_record_found(const IoEnd& end);

}  // namespace cp::eckd
