#pragma once

#include <array>
#include <cstdint>

#include "base/be.h"

// Blocks of transport mode as they lie in guest storage (zHPF; System z "Transport-Mode I/O").
namespace channel {

// Transport-control word.
struct Tcw {
  z::be32 flags;
  z::be32 lengths;
  z::be64 output;
  z::be64 input;
  z::be64 status_block;
  z::be64 command_block;
  z::be32 output_count;
  z::be32 input_count;
  std::array<z::be32, 3> reserved;
  z::be32 interrogate;

  static constexpr std::uint32_t format = 0xC000'0000, input_indirect = 0x0004'0000, command_indirect = 0x0002'0000,
                                 output_indirect = 0x0001'0000;
  static constexpr std::uint32_t reads = 0x0002'0000, writes = 0x0001'0000;
  // Bytes of the transport-command-control block: the field counts words beyond 20 bytes.
  constexpr std::size_t command_block_length() const { return (lengths >> 18 & 0x3F) * 4 + 20; }
  static constexpr std::uint64_t boundary = 64;
};
static_assert(sizeof(Tcw) == 64);

// Transport-command-area header, at the start of the transport-command-control block.
struct TransportHeader {
  std::uint8_t format;
  std::array<std::uint8_t, 6> reserved;
  std::uint8_t area_length;  // from byte 8 to the end of the device-command words and their data, and 4 more
  z::be16 service_action;
  std::uint8_t reserved_10;
  std::uint8_t priority;
  z::be32 reserved_12;

  static constexpr std::uint8_t valid_format = 0x7F;
  static constexpr std::uint16_t device_action = 0x1FFE;
  static constexpr std::size_t length_before_words = 12;
};
static_assert(sizeof(TransportHeader) == 16);

// Device-command word; its control data follow, padded to words.
struct DeviceCommandWord {
  std::uint8_t command;
  std::uint8_t flags;
  std::uint8_t reserved;
  std::uint8_t control_count;
  z::be32 count;

  static constexpr std::uint8_t chain_command = 0x40;
};
static_assert(sizeof(DeviceCommandWord) == 8);

// Transport-status block, I/O-status form.
struct TransportStatus {
  std::uint8_t length;
  std::uint8_t flags;
  z::be16 command_offset;
  z::be32 residual_count;
  z::be32 reserved_8;
  std::array<z::be32, 5> times;
  std::array<std::uint8_t, 32> sense;

  static constexpr std::uint8_t offset_valid = 0x80, count_valid = 0x40, io_status = 0x01;
};
static_assert(sizeof(TransportStatus) == 64);

// Transport-indirect-data-address word.
struct Tidaw {
  std::uint8_t flags;
  std::array<std::uint8_t, 3> reserved;
  z::be32 count;
  z::be64 address;

  static constexpr std::uint8_t last = 0x80, skip = 0x40, data_interruption = 0x20, transfer_in_channel = 0x10,
                                insert_check = 0x08;
};
static_assert(sizeof(Tidaw) == 16);

// Where the status word of transport mode differs from that of command mode.
namespace transport_status {
inline constexpr std::uint32_t transport_mode = 0x0010'0000;  // control: bit X
inline constexpr std::uint16_t status_block_stored = 0x0100;  // in place of the residual count: FCX status 01
}  // namespace transport_status

}  // namespace channel
