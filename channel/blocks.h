#pragma once

#include <array>
#include <cstdint>

#include "base/be.h"

// Blocks of the channel subsystem as they lie in guest storage (PoP ch. 15 and 16). Bit names are masks of the field
// they stand under.
namespace channel {

// Operation-request block (PoP ch. 15, "Operation-Request Block").
struct Orb {
  z::be32 interruption_parameter;
  z::be32 control;
  z::be32 program_address;
  std::uint8_t css_priority;  // this and what follows: only with `extension`
  std::uint8_t reserved_13;
  std::uint8_t cu_priority;
  std::uint8_t reserved_15;
  std::array<z::be32, 4> reserved_16;

  static constexpr std::uint32_t key_mask = 0xF000'0000, suspend_control = 0x0800'0000, streaming = 0x0400'0000,
                                 modification = 0x0200'0000, synchronize = 0x0100'0000, format_1 = 0x0080'0000,
                                 prefetch = 0x0040'0000, initial_status = 0x0020'0000, address_limit = 0x0010'0000,
                                 suppress_suspended = 0x0008'0000, transport_mode = 0x0004'0000,
                                 format_2_idaw = 0x0002'0000, idaw_2k = 0x0001'0000, path_mask = 0x0000'FF00,
                                 suppress_incorrect_length = 0x0000'0080, modified_indirect = 0x0000'0040,
                                 reserved_bits = 0x0000'003E, extension = 0x0000'0001;

  constexpr bool has(std::uint32_t bit) const { return (control & bit) != 0; }
  constexpr std::uint8_t key() const { return static_cast<std::uint8_t>(control >> 28); }
  constexpr std::uint8_t logical_path_mask() const { return static_cast<std::uint8_t>(control >> 8); }
};
static_assert(sizeof(Orb) == 32 && alignof(Orb) == 1);

// Channel-command words (PoP ch. 15, "Channel-Command Word").
struct Ccw0 {
  std::uint8_t command;
  std::array<std::uint8_t, 3> data_address;
  std::uint8_t flags;
  std::uint8_t reserved;
  z::be16 count;
};
static_assert(sizeof(Ccw0) == 8 && alignof(Ccw0) == 1);

struct Ccw1 {
  std::uint8_t command;
  std::uint8_t flags;
  z::be16 count;
  z::be32 data_address;
};
static_assert(sizeof(Ccw1) == 8 && alignof(Ccw1) == 1);

namespace ccw_flag {
inline constexpr std::uint8_t chain_data = 0x80, chain_command = 0x40, suppress_length = 0x20, skip = 0x10, pci = 0x08,
                              indirect = 0x04, suspend = 0x02, modified_indirect = 0x01;
}  // namespace ccw_flag

// Modified indirect-data-address word.
struct Midaw {
  std::array<std::uint8_t, 5> reserved;
  std::uint8_t flags;
  z::be16 count;
  z::be64 data_address;

  static constexpr std::uint8_t last = 0x80, skip = 0x40, data_transfer_interruption = 0x20, reserved_flags = 0x1F;
};
static_assert(sizeof(Midaw) == 16 && alignof(Midaw) == 1);

// Subchannel-status word, command mode (PoP ch. 16, "Subchannel-Status Word").
struct Scsw {
  z::be32 control;
  z::be32 ccw_address;
  std::uint8_t device_status;
  std::uint8_t subchannel_status;
  z::be16 count;

  static constexpr std::uint32_t key_mask = 0xF000'0000, suspend_control = 0x0800'0000, logout = 0x0400'0000,
                                 deferred_condition = 0x0300'0000, format_1 = 0x0080'0000, prefetch = 0x0040'0000,
                                 initial_status = 0x0020'0000, address_limit = 0x0010'0000,
                                 suppress_suspended = 0x0008'0000, zero_condition = 0x0004'0000,
                                 extended_control = 0x0002'0000, path_not_operational = 0x0001'0000;
  static constexpr std::uint32_t start_function = 0x4000, halt_function = 0x2000, clear_function = 0x1000,
                                 functions = start_function | halt_function | clear_function;
  static constexpr std::uint32_t resume_pending = 0x800, start_pending = 0x400, halt_pending = 0x200,
                                 clear_pending = 0x100, subchannel_active = 0x80, device_active = 0x40,
                                 suspended = 0x20, activity = 0xFE0;
  static constexpr std::uint32_t alert = 0x10, intermediate = 0x08, primary = 0x04, secondary = 0x02,
                                 status_pending = 0x01, status_control = 0x1F;

  constexpr bool has(std::uint32_t bit) const { return (control & bit) != 0; }
  void set(std::uint32_t bits) { control = control | bits; }
  void reset(std::uint32_t bits) { control = control & ~bits; }
};
static_assert(sizeof(Scsw) == 12 && alignof(Scsw) == 1);

namespace subchannel_status {
inline constexpr std::uint8_t pci = 0x80, incorrect_length = 0x40, program_check = 0x20, protection_check = 0x10,
                              channel_data_check = 0x08, channel_control_check = 0x04, interface_control_check = 0x02,
                              chaining_check = 0x01;
}  // namespace subchannel_status

// Path-management-control word (PoP ch. 15, "Path-Management-Control Word").
struct Pmcw {
  z::be32 interruption_parameter;
  z::be16 flags;
  z::be16 device_number;
  std::uint8_t logical_path_mask;
  std::uint8_t path_not_operational_mask;
  std::uint8_t last_path_used_mask;
  std::uint8_t path_installed_mask;
  z::be16 measurement_block_index;
  std::uint8_t path_operational_mask;
  std::uint8_t path_available_mask;
  std::array<std::uint8_t, 8> chpid;
  z::be32 control;

  // `flags`
  static constexpr std::uint16_t qdio = 0x8000, message_valid = 0x4000, isc_mask = 0x3800, reserved_flags = 0xC700,
                                 enabled = 0x0080, limit_mode = 0x0060, limit_lowest = 0x0020, limit_end = 0x0040, measurement_mode = 0x0018, measurement_block_update = 0x0010, multipath = 0x0004,
                                 timing_facility = 0x0002, device_number_valid = 0x0001;
  // `control`
  static constexpr std::uint32_t subchannel_type = 0x00E0'0000, measurement_format = 0x4,
                                 extended_measurement = 0x2, concurrent_sense = 0x1;

  constexpr bool has(std::uint16_t flag) const { return (flags & flag) != 0; }
  constexpr std::uint8_t isc() const { return static_cast<std::uint8_t>((flags & isc_mask) >> 11); }
};
static_assert(sizeof(Pmcw) == 28 && alignof(Pmcw) == 1);

struct Schib {
  Pmcw pmcw;
  Scsw scsw;
  z::be64 measurement_block_address;
  z::be32 model_dependent;
};
static_assert(sizeof(Schib) == 52 && alignof(Schib) == 1);

// Extended-status word, formats 0 to 3 told apart by its first word (PoP ch. 16, "Extended-Status Word").
struct Esw {
  std::uint8_t zeros;  // format 0: bits 1-7 extended-status flags
  std::uint8_t last_path_used_mask;
  z::be16 detail;
  z::be32 report;  // extended-report word
  z::be64 failing_storage_address;
  z::be32 secondary_ccw_address;

  // `report`
  static constexpr std::uint32_t failing_address_valid = 0x0200'0000, concurrent_sense = 0x0100'0000,
                                 failing_address_64 = 0x0040'0000;
  static constexpr unsigned sense_count_shift = 16;
};
static_assert(sizeof(Esw) == 20 && alignof(Esw) == 1);

// Interruption-response block (PoP ch. 16, "Interruption-Response Block").
struct Irb {
  Scsw scsw;
  Esw esw;
  std::array<std::uint8_t, 32> ecw;
  std::array<std::uint8_t, 32> emw;
};
static_assert(sizeof(Irb) == 96 && alignof(Irb) == 1);

// Channel-report word (PoP ch. 17, "Channel-Report Word").
namespace channel_report {
inline constexpr std::uint32_t solicited = 0x4000'0000, overflow = 0x2000'0000, chained = 0x1000'0000,
                               source_subchannel = 0x0300'0000, source_channel_path = 0x0400'0000,
                               parameters_initialized = 0x0004'0000, initialized = 0x0002'0000,
                               permanent_error = 0x0007'0000;
}  // namespace channel_report

}  // namespace channel
