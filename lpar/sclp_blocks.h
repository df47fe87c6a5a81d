#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/be.h"
#include "base/ebcdic.h"

// Blocks of the service-call logical processor as they lie in guest storage: the SCCB and what it carries.
namespace lpar::sclp {

struct SccbHeader {
  z::be16 length;
  std::uint8_t function;
  std::array<std::uint8_t, 3> control;  // byte 2, bit 0: a response of another length is welcome
  z::be16 response;

  static constexpr std::uint8_t variable_response = 0x80;
};
static_assert(sizeof(SccbHeader) == 8);

enum class Response : std::uint16_t {
  normal_read = 0x0010, normal = 0x0020, boundary_violation = 0x0100, already_so = 0x0120, invalid_command = 0x01F0,
  insufficient_length = 0x0300, equipment_check = 0x0340,  no_events = 0x60F0,
  inconsistent_lengths = 0x72F0, event_syntax = 0x73F0, invalid_mask_length = 0x74F0,
};

// A command word without the byte that names a resource.
enum class Command : std::uint32_t {
  read_scp_info_forced = 0x0012'0001, read_scp_info = 0x0002'0001, read_cpu_info = 0x0001'0001,
  configure_cpu = 0x0011'0001, deconfigure_cpu = 0x0010'0001, read_channel_path_info = 0x0003'0001,
  write_event_mask = 0x0078'0005, write_event_data = 0x0076'0005, read_event_data = 0x0077'0005,
};

struct CpuEntry {
  std::uint8_t core;
  std::array<std::uint8_t, 13> features;
  std::uint8_t type;
  std::uint8_t reserved;
};
static_assert(sizeof(CpuEntry) == 16);

struct ScpInfo {
  SccbHeader header;
  z::be16 increments;
  std::uint8_t increment_mib;
  std::array<std::uint8_t, 5> reserved_b;
  z::be16 cpus;
  z::be16 cpu_offset;
  std::array<std::uint8_t, 4> reserved_14;
  z::EbcdicText<8> load_parameter;
  std::array<std::uint8_t, 16> reserved_20;
  z::be64 facilities;
  std::array<std::uint8_t, 29> reserved_38;
  std::uint8_t characteristics_85;
  std::array<std::uint8_t, 14> reserved_56;
  z::be32 increment_mib_2;
  z::be64 increments_2;
  std::array<std::uint8_t, 8> reserved_70;
  z::be16 highest_cpu;
  std::array<std::uint8_t, 22> reserved_7a;

  static constexpr std::uint64_t has_channel_path_info = 1ULL << 63, has_cpu_info = 1ULL << 59,
                                 has_cpu_reconfiguration = 1ULL << 58;
  static constexpr std::uint8_t enhanced_suppression_on_protection = 0x02;
};
static_assert(offsetof(ScpInfo, facilities) == 0x30 && offsetof(ScpInfo, characteristics_85) == 0x55 &&
              offsetof(ScpInfo, increment_mib_2) == 0x64 && offsetof(ScpInfo, highest_cpu) == 0x78 && sizeof(ScpInfo) == 0x90);

struct CpuInfo {
  SccbHeader header;
  z::be16 configured, configured_offset, standby, standby_offset;
};
static_assert(sizeof(CpuInfo) == 16);

// A bit a channel-path identifier, 0 leftmost.
using ChannelPathMask = std::array<std::uint8_t, 32>;
struct ChannelPathInfo {
  SccbHeader header;
  ChannelPathMask recognized, standby, configured;
};
static_assert(sizeof(ChannelPathInfo) == 104);

enum class EventType : std::uint8_t {
  operator_command = 0x01, message = 0x02, priority_operator_command = 0x09, program_identification = 0x0B,
  terminal = 0x1A, quiesce = 0x1D,
};

struct EventHeader {
  z::be16 length;
  std::uint8_t type;
  std::uint8_t flags;
  z::be16 reserved;

  static constexpr std::uint8_t accepted = 0x80;
};
static_assert(sizeof(EventHeader) == 6);

}  // namespace lpar::sclp
