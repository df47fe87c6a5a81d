#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>

#include "cpu/interruption_codes.h"
#include "cpu/step.h"

namespace cpu {

class Cpu;
struct Op;

// The 12 bytes that an I/O interruption stores at real locations 184-195 (PoP ch. 16, "I/O-Interruption Code").
struct IoInterruption {
  std::uint32_t subsystem_identification;
  std::uint32_t parameter;
  std::uint32_t identification;  // ISC in bits 2-4
};

// What an I/O instruction answers: a condition code, or the program interruption it raises instead.
using IoAnswer = std::expected<std::uint8_t, Pic>;
using Orb = std::array<std::byte, 32>;
using Schib = std::array<std::byte, 52>;
using Irb = std::array<std::byte, 96>;

// Everything that leaves the CPU. A bare partition answers with its channel subsystem and SCLP; CP answers for a
// virtual machine. Called on the thread of `Cpu`; operands are already fetched and checked, and results are stored by
// the CPU, so an implementation never touches guest addresses except where it takes the Cpu.
class Environment {
 public:
  virtual ~Environment() = default;

  // I/O instructions, PoP ch. 14. `ssid` is general register 1, bits 32-63.
  virtual IoAnswer start_subchannel(std::uint32_t ssid, const Orb& orb) = 0;
  virtual IoAnswer resume_subchannel(std::uint32_t ssid) = 0;
  virtual IoAnswer halt_subchannel(std::uint32_t ssid) = 0;
  virtual IoAnswer clear_subchannel(std::uint32_t ssid) = 0;
  virtual IoAnswer cancel_subchannel(std::uint32_t ssid) = 0;
  virtual IoAnswer store_subchannel(std::uint32_t ssid, Schib& schib) = 0;
  virtual IoAnswer modify_subchannel(std::uint32_t ssid, const Schib& schib) = 0;
  // The IRB is stored first and the status cleared afterwards: `commit_test` follows once the store has succeeded.
  virtual IoAnswer test_subchannel(std::uint32_t ssid, Irb& irb) = 0;
  virtual void commit_test(std::uint32_t ssid) = 0;
  virtual IoAnswer reset_channel_path(std::uint32_t chpid) = 0;
  virtual IoAnswer set_address_limit(std::uint64_t limit) = 0;  // general register 1; no condition code
  // General registers 1 and 2. No condition code.
  virtual IoAnswer set_channel_monitor(std::uint64_t control, std::uint64_t origin) = 0;
  virtual std::uint32_t store_channel_report_word() = 0;  // 0: none pending
  // The block holds the request and gets the response; it is stored again with cc 0.
  virtual IoAnswer channel_subsystem_call(std::span<std::byte, 4096> block) = 0;

  // I/O interruptions. `isc_mask` has bit 7-n set for an enabled subclass n. `peek` leaves the interruption pending.
  virtual bool io_interruption_pending(std::uint8_t isc_mask) = 0;
  virtual std::optional<IoInterruption> peek_io_interruption(std::uint8_t isc_mask) = 0;
  virtual std::optional<IoInterruption> take_io_interruption(std::uint8_t isc_mask) = 0;

  // Instructions that a hypervisor or the machine's firmware gives meaning to.
  virtual Step diagnose(Cpu& cpu, const Op& op) = 0;
  virtual Step service_call(Cpu& cpu, std::uint32_t command, std::uint64_t sccb_real_address) = 0;
  // IUCV, an instruction of z/VM's virtual machines alone: elsewhere an operation exception.
  virtual Step inter_user_communication(Cpu& cpu, const Op& op);
  // Fills the 4 KiB SYSIB; cc 3 when the function code or the selectors are not provided (PoP ch. 10, STSI).
  virtual std::uint8_t store_system_information(Cpu& cpu, unsigned function, unsigned selector1, unsigned selector2,
                                                std::span<std::byte, 4096> sysib) = 0;
  virtual unsigned configuration_level() const = 0;  // STSI function 0: 1 basic, 2 LPAR, 3 virtual machine
  virtual std::uint64_t cpu_id(const Cpu& cpu) const = 0;  // STIDP

  // A CPU entered or left the wait, stopped or operating state, or obeyed an order; on its own thread.
  virtual void cpu_state_changed(Cpu& cpu) = 0;
};

}  // namespace cpu
