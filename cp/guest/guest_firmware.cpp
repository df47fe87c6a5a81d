// What a virtual machine finds where a partition has its firmware: CP.
#include "cp/guest/guest_machine.h"
#include "base/ebcdic.h"
#include "cpu/cpu.h"
#include "cpu/op.h"
#include "lpar/loader.h"
#include "lpar/system_information.h"

namespace cp {

// CPUID of a z/VM guest begins with FF (reference/machine.md, STIDP).
std::uint64_t GuestMachine::cpu_id(unsigned) const {
  constexpr std::uint8_t virtual_machine = 0xFF;
  return lpar::cpu_id(virtual_machine, definition_.cpu_serial, definition_.model);
}

std::uint8_t GuestMachine::system_information(unsigned function, unsigned selector1, unsigned selector2,
                                              std::span<std::byte, 4096> sysib) {
  return lpar::virtual_machine_information(
      function, selector1, selector2,
      {.userid = definition_.userid, .partition = host_.partition, .model = definition_.model, .cpus = definition_.cpus}, sysib);
}

cpu::Step GuestMachine::diagnose(cpu::Cpu& cpu, const cpu::Op& op) {
  enum : std::uint32_t { give_command = 0x08, load_or_reset = 0x308 };
  const auto code = static_cast<std::uint32_t>(cpu.operand2_rs(op) & 0xFFFF);
  if (code == give_command) return commands_.perform(cpu, op);
  if (code == load_or_reset) return diagnose_308_->perform(cpu, op);
  return diagnose_.perform(cpu, op, code);
}

cpu::Step GuestMachine::service_call(cpu::Cpu& cpu, std::uint32_t command, std::uint64_t sccb_real_address) {
  return sclp_->service_call(cpu, command, sccb_real_address);
}

cpu::Step GuestMachine::inter_user_communication(cpu::Cpu& cpu, const cpu::Op& op) { return inter_user_.perform(cpu, op); }

void GuestMachine::run_command(std::string text, CommandCalls::Response response,
                               std::function<void(CommandCalls::Answer)> answered) {
  auto answer = std::make_shared<CommandCalls::Answer>();
  const auto line = [this, alive = alive_, answer, response](std::string one) {
    if (response == CommandCalls::Response::to_caller) answer->response += one + '\n';
    else if (*alive) host_.console_line(*this, std::move(one));
  };
  const auto end = [alive = alive_, answer, answered = std::move(answered)](int return_code) {
    answer->return_code = return_code;
    if (*alive) answered(std::move(*answer));
  };
  const auto give = host_.command;  // the command may be the guest's LOGOFF
  give(*this, std::move(text), std::make_shared<Reply>(line, end));
}

// DIAGNOSE X'308': the CPU that asked for it has stopped, or is about to.
void GuestMachine::carry_out(lpar::Diagnose308::Act act) {
  using Act = lpar::Diagnose308::Act;
  if (quiesced_) {
    asked_ = act;  // it is done when the guest goes on, here or elsewhere
    return;
  }
  if (run_state_ != RunState::running) return;
  const auto tell = [this](const Answer<>& answer) {
    if (!answer) host_.console_line(*this, answer.error().text);
  };
  if (act == Act::reset) {
    return tell(without_debugger([this] {
      machine_->system_reset(lpar::Machine::Clear::no);
      reset_firmware();
      z::be64 psw;
      machine_->storage().fetch({0}, std::as_writable_bytes(std::span{&psw, 1}), 0);
      if (const auto program = lpar::expand_ipl_psw(psw)) machine_->start(*program);
    }));
  }
  const auto source = diagnose_308_->source();
  if (!source) return tell(refusal(22));
  ipl({.target = fmt::format("{:04X}", source->device.value), .load_parameter = source->load_parameter,
       .parameter = source->parameter, .clears = act == Act::load_clear}, tell);
}

// SIGNAL SHUTDOWN: the program hears of it through SCLP, if it listens.
void GuestMachine::signal_shutdown(Done done) {
  done(sclp_->events().signal_quiesce() ? Answer<>{} : refusal(2114, definition_.userid));
}

void GuestMachine::machine_idle_for_good() {
  host_.post([this] {
    if (run_state_ != RunState::running || !machine_->is_idle_for_good()) return;
    run_state_ = RunState::stopped;
    host_.stopped(*this);
  });
}

}  // namespace cp
