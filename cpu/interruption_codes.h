#pragma once

#include <cstdint>

namespace cpu {

// Program-interruption codes (PoP ch. 6, "Program-Interruption Conditions").
enum class Pic : std::uint16_t {
  none = 0x00,
  operation = 0x01, privileged_operation = 0x02, execute = 0x03, protection = 0x04, addressing = 0x05,
  specification = 0x06, data = 0x07, fixed_point_overflow = 0x08, fixed_point_divide = 0x09,
  decimal_overflow = 0x0A, decimal_divide = 0x0B, hfp_exponent_overflow = 0x0C, hfp_exponent_underflow = 0x0D,
  hfp_significance = 0x0E, hfp_divide = 0x0F, segment_translation = 0x10, page_translation = 0x11,
  translation_specification = 0x12, special_operation = 0x13, operand = 0x15, trace_table = 0x16,
  transaction_constraint = 0x18, vector_processing = 0x1B, space_switch_event = 0x1C, hfp_square_root = 0x1D,
  pc_translation_specification = 0x1F, afx_translation = 0x20, asx_translation = 0x21, lx_translation = 0x22,
  ex_translation = 0x23, primary_authority = 0x24, secondary_authority = 0x25, lfx_translation = 0x26, lsx_translation = 0x27,
  alet_specification = 0x28,
  alen_translation = 0x29, ale_sequence = 0x2A, aste_validity = 0x2B, aste_sequence = 0x2C,
  extended_authority = 0x2D, lste_sequence = 0x2E, aste_instance = 0x2F, stack_full = 0x30, stack_empty = 0x31,
  stack_specification = 0x32, stack_type = 0x33, stack_operation = 0x34, asce_type = 0x38, region_first_translation = 0x39, region_second_translation = 0x3A,
  region_third_translation = 0x3B, monitor_event = 0x40, per_event = 0x80, crypto_operation = 0x119,
};

// External-interruption codes (PoP ch. 6, "External Interruption").
enum class ExternalCode : std::uint16_t {
  interrupt_key = 0x0040, clock_comparator = 0x1004, cpu_timer = 0x1005, malfunction_alert = 0x1200,
  emergency_signal = 0x1201, external_call = 0x1202, service_signal = 0x2401,
};

}  // namespace cpu
