#include "cpu/configuration.h"
#include "cpu/cpu.h"
#include "cpu/environment.h"
#include "cpu/extended_save_area.h"
#include "cpu/low_core.h"
#include "cpu/prefix.h"
#include "cpu/storage.h"

namespace cpu {

using z::AbsoluteAddress;

// The prefix area always exists: SET PREFIX and resets see to it.
template <class T>
void Cpu::store_low(std::uint64_t real, T value) {
  const AbsoluteAddress at = absolute({real});
  storage_.mark_changed(z::frame_of(at));
  cpu::host_store<T>(storage_.host(at), value);
  const std::uint64_t frame = z::frame_of(at).value;
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (blocks_.page(frame) != nullptr) blocks_.stored(frame, at.value % z::page_size, sizeof(T));
}

void Cpu::store_low_bytes(std::uint64_t real, std::span<const std::byte> bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) store_low<std::uint8_t>(real + i, std::to_integer<std::uint8_t>(bytes[i]));
}

void Cpu::swap_psw(std::uint64_t old_at, std::uint64_t new_at) {
  const PswImage old = psw_image();
  store_low<std::uint64_t>(old_at, old.mask);
  store_low<std::uint64_t>(old_at + 8, old.address);
  const std::byte* const fresh = storage_.host(absolute({new_at}));
  load_psw({cpu::host_load<std::uint64_t>(fresh), cpu::host_load<std::uint64_t>(fresh + 8)});
}

void Cpu::interrupt_program() {
  const ProgramInterruption exception = take_exception();
  if (!nullifies(exception.code) && !exception.is_at_next) psw.ia = wrap(psw.ia + instruction_length_code_);
  auto code = static_cast<std::uint32_t>(exception.code);
  if (exception.per.code != 0) {
    code |= low_core::per_event_code;
    store_low<std::uint8_t>(low_core::per_code, exception.per.code);
    store_low<std::uint8_t>(low_core::per_code + 1, exception.per.mode);
    store_low<std::uint64_t>(low_core::per_address, exception.per.address);
    store_low<std::uint8_t>(low_core::per_access, exception.per.access_register);
  }
  if (exception.in_transaction) code |= low_core::transactional_code;
  store_low<std::uint32_t>(low_core::program_code, instruction_length_code_ << 16 | code);
  if (exception.code == Pic::data || exception.code == Pic::vector_processing) {
    store_low<std::uint32_t>(low_core::data_exception_code, exception.dxc);
    // PoP ch. 6, "Data-Exception Code (DXC)": byte 2 of the FPC register has it too.
    if (has_afp_registers()) fpc = (fpc & ~0xFF00u) | static_cast<std::uint32_t>(exception.dxc) << 8;
  }
  if (exception.code == Pic::monitor_event) {
    store_low<std::uint16_t>(low_core::monitor_class, exception.monitor_class);
    store_low<std::uint64_t>(low_core::monitor_code, exception.monitor_code);
  }
  if (stores_translation_exception(exception.code) || is_access_register_exception(exception.code))
    store_low<std::uint8_t>(low_core::exception_access, exception.exception_access);
  if (stores_translation_exception(exception.code)) {
    store_low<std::uint64_t>(low_core::translation_exception, exception.translation_exception);
  }
  store_low<std::uint64_t>(low_core::breaking_event, breaking_event_);
  swap_psw(low_core::program_old_psw, low_core::program_new_psw);
}

void Cpu::interrupt_supervisor_call() {
  supervisor_call_pending_ = false;
  psw.ia = wrap(psw.ia + instruction_length_code_);
  store_low<std::uint32_t>(low_core::supervisor_call_code, instruction_length_code_ << 16 | supervisor_call_number_);
  swap_psw(low_core::supervisor_call_old_psw, low_core::supervisor_call_new_psw);
}

void Cpu::interrupt_restart() { swap_psw(low_core::restart_old_psw, low_core::restart_new_psw); }

Step Cpu::supervisor_call(std::uint8_t number) {
  supervisor_call_pending_ = true;
  supervisor_call_number_ = number;
  return Step::interrupted;
}

// PoP ch. 6, "Priority of Interruptions"; program and supervisor-call interruptions are taken as they arise.
bool Cpu::take_interruption() {
  if (psw.machine_check && take_machine_check()) return true;
  if (psw.external && take_external()) return true;
  return psw.io && take_io();
}

bool Cpu::take_machine_check() {
  constexpr unsigned channel_report_subclass = 35;
  if ((cr_[14] >> (63 - channel_report_subclass) & 1) == 0 || !configuration_.take_channel_report()) return false;
  // Channel report pending, and everything else valid (PoP ch. 11, "Machine-Check-Interruption Code").
  store_status(absolute({low_core::save_area}));
  std::uint64_t code = low_core::channel_report_interruption;
  const auto designation = cpu::host_load<std::uint64_t>(storage_.host(absolute({low_core::extended_save_area})));
  if (const auto area = extended_save_area(designation, configuration_.model()); area && storage_.contains(area->origin, area->length)) {
    store_extended_status(*this, *area);
    code |= low_core::vector_registers_valid | (area->has_guarded_storage() ? low_core::guarded_storage_valid : 0);
  }
  store_low<std::uint64_t>(low_core::machine_check_code, code);
  store_low<std::uint32_t>(low_core::external_damage_code, 0);
  swap_psw(low_core::machine_check_old_psw, low_core::machine_check_new_psw);
  return true;
}

void Cpu::interrupt_external(ExternalCode code, std::uint16_t cpu_address) {
  store_low<std::uint16_t>(low_core::external_cpu_address, cpu_address);
  store_low<std::uint16_t>(low_core::external_code, static_cast<std::uint16_t>(code));
  swap_psw(low_core::external_old_psw, low_core::external_new_psw);
}

// In the order of PoP ch. 6, "External Interruption": each condition with its subclass mask in CR0.
bool Cpu::take_external() {
  constexpr unsigned malfunction_mask = 48, emergency_mask = 49, call_mask = 50, comparator_mask = 52,
                     cpu_timer_mask = 53, service_mask = 54, key_mask = 57;
  if (has_cr0_bit(key_mask) && configuration_.take_interrupt_key()) {
    interrupt_external(ExternalCode::interrupt_key, 0);
  } else if (has_cr0_bit(malfunction_mask) && external_.has_malfunction_alert()) {
    interrupt_external(ExternalCode::malfunction_alert, external_.take_malfunction_alert());
  } else if (has_cr0_bit(emergency_mask) && external_.has_emergency_signal()) {
    interrupt_external(ExternalCode::emergency_signal, external_.take_emergency_signal());
  } else if (has_cr0_bit(call_mask) && external_.has_external_call()) {
    interrupt_external(ExternalCode::external_call, external_.take_external_call());
  } else if (has_cr0_bit(comparator_mask) && comparator_due_) {
    interrupt_external(ExternalCode::clock_comparator, 0);
  } else if (has_cr0_bit(cpu_timer_mask) && cpu_timer_due_) {
    interrupt_external(ExternalCode::cpu_timer, 0);
  } else if (has_cr0_bit(service_mask)) {
    const auto parameter = configuration_.take_service_signal();
    if (!parameter) return false;
    store_low<std::uint32_t>(low_core::external_parameter, *parameter);
    interrupt_external(ExternalCode::service_signal, 0);
  } else {
    return false;
  }
  return true;
}

bool Cpu::take_io() {
  const auto isc_mask = static_cast<std::uint8_t>(cr_[6] >> 24);
  const auto code = isc_mask == 0 ? std::nullopt : environment_.take_io_interruption(isc_mask);
  if (!code) return false;
  store_low<std::uint32_t>(low_core::io_subsystem_identification, code->subsystem_identification);
  store_low<std::uint32_t>(low_core::io_parameter, code->parameter);
  store_low<std::uint32_t>(low_core::io_identification, code->identification);
  swap_psw(low_core::io_old_psw, low_core::io_new_psw);
  return true;
}

}  // namespace cpu
