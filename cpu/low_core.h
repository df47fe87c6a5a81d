#pragma once

#include <cstdint>

// Assigned storage locations, real addresses (PoP ch. 3, "Assigned Storage Locations").
namespace cpu::low_core {

inline constexpr std::uint64_t external_parameter = 0x80, external_cpu_address = 0x84, external_code = 0x86,
                               supervisor_call_code = 0x88, program_code = 0x8C, data_exception_code = 0x90,
                               monitor_class = 0x94, per_code = 0x96, per_address = 0x98,
                               per_access = 0xA1, exception_access = 0xA0, translation_exception = 0xA8,
                               monitor_code = 0xB0, io_subsystem_identification = 0xB8, io_parameter = 0xBC,
                               io_identification = 0xC0, facility_list = 0xC8, machine_check_code = 0xE8,
                               external_damage_code = 0xF4, breaking_event = 0x110;

inline constexpr std::uint64_t restart_old_psw = 0x120, external_old_psw = 0x130, supervisor_call_old_psw = 0x140,
                               program_old_psw = 0x150, machine_check_old_psw = 0x160, io_old_psw = 0x170,
                               restart_new_psw = 0x1A0, external_new_psw = 0x1B0, supervisor_call_new_psw = 0x1C0,
                               program_new_psw = 0x1D0, machine_check_new_psw = 0x1E0, io_new_psw = 0x1F0;

// Designation of the machine-check extended save area (extended_save_area.h).
inline constexpr std::uint64_t extended_save_area = 0x11B0;

// Machine-check save area; STORE STATUS has the same 512 bytes.
inline constexpr std::uint64_t save_area = 0x1200;
namespace saved {
inline constexpr std::uint64_t fprs = 0x00, grs = 0x80, psw = 0x100, prefix = 0x118, fpc = 0x11C, tod_programmable = 0x124,
                               cpu_timer = 0x128, clock_comparator = 0x130, ars = 0x140, crs = 0x180;
}

inline constexpr std::uint64_t transaction_diagnostic_block = 0x1800;
// Added to the program-interruption code: a PER event too; in a transaction.
inline constexpr std::uint32_t per_event_code = 0x80, transactional_code = 0x200;

// Channel report pending; instruction-processing state and all registers, keys, timers valid.
inline constexpr std::uint64_t channel_report_interruption = 0x0040'0F1D'4033'0000;
inline constexpr std::uint64_t vector_registers_valid = 1ULL << (63 - 25), guarded_storage_valid = 1ULL << (63 - 36);

}  // namespace cpu::low_core
