#pragma once

#include "base/be.h"

namespace cpu {

// What Configuration::save writes: one header, then one record for each CPU in order of address. The receiver refuses a
// version it does not know; a new field is a new version.
struct SavedConfiguration {
  static constexpr std::uint32_t mark = 0xC3D7'E4E2;  // "CPUS"
  static constexpr std::uint16_t current_version = 4;

  z::be32 identification;
  z::be16 version;
  z::be16 cpus;
  z::be64 tod;    // the clock when it was saved: the restored one is never earlier
  z::be64 epoch;  // TOD epoch difference
  z::be32 service_signal;
  std::uint8_t has_service_signal, has_interrupt_key, has_channel_report, reserved;
  z::be64 configured;  // CPUs by bit, bit 63 is CPU 0; the others are on standby
};
static_assert(sizeof(SavedConfiguration) == 40);

struct SavedCpu {
  z::be64 gr[16];
  z::be64 cr[16];
  z::be64 vr[32][2];  // floating-point registers are the left halves of the first 16
  z::be32 ar[16];
  z::be64 psw_mask, psw_address;
  z::be32 prefix, fpc;
  z::be32 tod_programmable;
  std::uint8_t state;   // CpuState
  std::uint8_t orders;  // given and not yet obeyed: 1 stop, 2 start, 4 restart, 8 store status, 16 reset, 32 initial reset
  std::uint8_t reserved[2];
  z::be64 cpu_timer;  // what remained
  z::be64 clock_comparator;
  z::be64 program_parameter;
  z::be64 breaking_event_address;
  z::be64 emergency_signals, malfunction_alerts;  // by CPU address, bit 63 is CPU 0
  z::be32 external_call;                          // CPU address + 1; 0: none
  z::be32 reserved2;
  z::be64 guarded_storage[3];  // designation, section mask, parameter list
};
static_assert(sizeof(SavedCpu) == 2 * 128 + 512 + 64 + 16 + 16 + 48 + 8 + 24);

}  // namespace cpu
