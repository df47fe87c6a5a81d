#include "cp/guest/inter_user.h"

#include "base/be.h"
#include "base/ebcdic.h"
#include "cp/guest/real_storage.h"
#include "cpu/cpu.h"
#include "cpu/op.h"

namespace cp {
namespace {

enum class Function : std::uint32_t {
  query = 0, retrieve_buffer = 2, send = 4, receive = 5, reply = 6, test_message = 7, reject = 8, purge = 9, accept = 10,
  connect = 11, declare_buffer = 12, quiesce = 13, resume = 14, sever = 15, set_mask = 16, set_control_mask = 17,
};

struct ParameterList {
  z::be16 path;
  std::uint8_t flags;
  std::uint8_t return_code;
  z::be32 buffer;
  z::EbcdicText<8> userid;
  std::uint8_t rest[24];
};
static_assert(sizeof(ParameterList) == 40);

enum ReturnCode : std::uint8_t { ok = 0, invalid_path = 1, not_logged_on = 11, unknown_service = 17, already_declared = 19 };

constexpr std::uint64_t interruption_buffer = 40, most_connections = 64;

// Without a path every function on one fails; a CONNECT finds nobody.
ReturnCode without_partner(Function function, const ParameterList& parameters) {
  if (function != Function::connect) return invalid_path;
  return parameters.userid.text().starts_with('*') ? unknown_service : not_logged_on;
}

}  // namespace

// The function is in register 0, the operand is the parameter list.
cpu::Step InterUser::perform(cpu::Cpu& cpu, const cpu::Op& op) {
  if (cpu.psw.problem_state) return cpu.program_interruption(cpu::Pic::privileged_operation);
  const Function function{cpu.gr32(0)};
  if (function > Function::set_control_mask) return cpu.program_interruption(cpu::Pic::specification);
  if (function == Function::query) {
    cpu.gr(0) = interruption_buffer;
    cpu.gr(1) = most_connections;
    cpu.cc = 0;
    return cpu::Step::next;
  }
  const auto at = cpu.operand2_rs(op);
  if (at % 8 != 0) return cpu.program_interruption(cpu::Pic::specification);
  ParameterList parameters;
  if (!fetch_real(cpu, at, std::as_writable_bytes(std::span{&parameters, 1}))) return cpu.program_interruption(cpu::Pic::addressing);
  ReturnCode code = ok;
  {
    const z::Lock lock{lock_};
    const auto own = 1ULL << cpu.address();
    if (function != Function::declare_buffer && (buffers_ & own) == 0) return cpu.program_interruption(cpu::Pic::operation);
    switch (function) {
      case Function::declare_buffer:
        code = (buffers_ & own) != 0 ? already_declared : ok;
        buffers_ |= own;
        break;
      case Function::retrieve_buffer: buffers_ &= ~own; break;
      case Function::set_mask:
      case Function::set_control_mask: break;  // of interruptions that never come
      default: code = without_partner(function, parameters);
    }
  }
  parameters.return_code = code;
  store_real(cpu, at, std::as_bytes(std::span{&parameters, 1}));
  cpu.cc = code == ok ? 0 : 1;
  return cpu::Step::next;
}

void InterUser::reset() { set_buffers(0); }

std::uint64_t InterUser::buffers() const {
  const z::Lock lock{lock_};
  return buffers_;
}

void InterUser::set_buffers(std::uint64_t buffers) {
  const z::Lock lock{lock_};
  buffers_ = buffers;
}

}  // namespace cp
