#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/be.h"
#include "base/ebcdic.h"

// The persistent data record as it lies on the common volume: one count-key-data record with a 64-byte key, record 1 of
// cylinder 0 track 1 (reference/ssi.md 4). Written only by a channel program whose key search proves that the writer
// holds the lock, so one member changes it at a time; a member changes its own entry, or that of a member it has found
// stopped. A half-written data part does not match its checksum and is refused.
namespace cp::pdr {

inline constexpr std::uint16_t pdr_cylinder = 0, pdr_head = 1;
inline constexpr std::uint8_t pdr_record_number = 1;
inline constexpr std::size_t system_entries = 32;
inline constexpr std::uint16_t layout_version = 1;

struct Key {
  z::EbcdicName identifier;
  z::EbcdicName ssi_name;
  z::EbcdicName state;  // UNLOCKED, or LOCKED
  z::EbcdicName locker;
  std::array<std::uint8_t, 16> reserved;
  z::be64 stamp;   // TOD of the last change of `state`
  z::be64 ticket;  // differs each time the lock is taken, so that a stealer's search finds only the lock it looked at

  bool operator==(const Key& other) const = default;
};
static_assert(sizeof(Key) == 64 && alignof(Key) == 1);

// What a search for the unlocked record compares: identifier, SSI name and state.
inline constexpr std::size_t search_length = 24;

struct SystemEntry {
  z::EbcdicName name;  // blank: slot available
  std::uint8_t state;
  std::uint8_t previous_state;
  std::uint8_t down_reason;
  std::uint8_t reserved;
  z::be32 connected;    // bit n: ISFC link and handshake with slot n+1
  z::be64 incarnation;  // grows with each IPL of the member; names what fences a former life
  z::be64 heartbeats;   // grows with each heartbeat: others watch it move on their own clocks
  z::be64 stamp;        // TOD of the last heartbeat
  z::EbcdicName last_changer;
  std::array<std::uint8_t, 656> reserved_for_services;
};
static_assert(sizeof(SystemEntry) == 704 && alignof(SystemEntry) == 1);

struct Data {
  z::be16 replacement_offset;
  z::be16 replacement_length;
  z::be16 systems_offset;
  z::be16 system_entry_length;
  std::array<std::uint8_t, 20> reserved_pairs;
  z::be16 level;
  std::uint8_t flags;
  std::uint8_t reserved_1f;
  z::be64 changes;  // grows with each write
  z::be32 crc;      // of the data part with this field zero
  std::array<std::uint8_t, 16> reserved_2c;
  z::be16 architecture_offset;
  z::be16 architecture_length;
  std::array<std::uint8_t, 128> reserved_40;
  std::array<SystemEntry, system_entries> systems;

  static constexpr std::uint8_t timeouts_suppressed = 0x80;
};
static_assert(offsetof(Data, level) == 0x1C && offsetof(Data, flags) == 0x1E);
static_assert(offsetof(Data, architecture_offset) == 0x3C && offsetof(Data, systems) == 0xC0);
static_assert(sizeof(Data) == 0xC0 + 0x5800 && alignof(Data) == 1);

}  // namespace cp::pdr
