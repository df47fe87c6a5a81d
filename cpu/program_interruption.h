#pragma once

#include <cstdint>

#include "cpu/interruption_codes.h"
#include "cpu/per.h"

namespace cpu {

// A recognised program exception until the interruption is taken (PoP ch. 6, "Program Interruption").
struct ProgramInterruption {
  Pic code = Pic::none;
  std::uint8_t dxc = 0;             // data-exception code, real location 147
  std::uint8_t exception_access = 0;  // access register, real location 160
  std::uint8_t monitor_class = 0;
  std::uint64_t monitor_code = 0;
  std::uint64_t translation_exception = 0;  // TEID, real locations 168-175
  bool is_at_next = false;      // the PSW is already where the old PSW points
  bool in_transaction = false;  // recognised in a transaction, which was given up
  PerEvent per{};               // recognised together with it
};

// PoP ch. 6, "Exceptions That Result in Nullification": the old PSW stays at the instruction.
constexpr bool nullifies(Pic code) {
  switch (code) {
    case Pic::segment_translation: case Pic::page_translation: case Pic::asce_type:
    case Pic::region_first_translation: case Pic::region_second_translation: case Pic::region_third_translation:
    case Pic::afx_translation: case Pic::asx_translation: case Pic::lx_translation: case Pic::ex_translation:
    case Pic::primary_authority: case Pic::secondary_authority: case Pic::alet_specification:
    case Pic::alen_translation: case Pic::ale_sequence: case Pic::aste_validity: case Pic::aste_sequence:
    case Pic::extended_authority: case Pic::stack_full: case Pic::stack_empty: case Pic::stack_specification:
    case Pic::stack_type: case Pic::stack_operation: case Pic::aste_instance: case Pic::lfx_translation:
    case Pic::lsx_translation: case Pic::lste_sequence: case Pic::trace_table: return true;
    default: return false;
  }
}

// Those that access-register translation recognises: the interruption says for which register.
constexpr bool is_access_register_exception(Pic code) {
  switch (code) {
    case Pic::alet_specification: case Pic::alen_translation: case Pic::ale_sequence: case Pic::aste_validity:
    case Pic::aste_sequence: case Pic::extended_authority: return true;
    default: return false;
  }
}

// Those whose interruption stores a translation-exception identification.
constexpr bool stores_translation_exception(Pic code) {
  switch (code) {
    case Pic::protection: case Pic::segment_translation: case Pic::page_translation: case Pic::asce_type:
    case Pic::region_first_translation: case Pic::region_second_translation: case Pic::region_third_translation:
    case Pic::afx_translation: case Pic::asx_translation: case Pic::primary_authority: case Pic::secondary_authority:
    case Pic::space_switch_event: case Pic::lx_translation: case Pic::ex_translation: case Pic::lfx_translation:
    case Pic::lsx_translation: case Pic::lste_sequence: return true;
    default: return false;
  }
}

}  // namespace cpu
