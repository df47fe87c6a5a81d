#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "cpu/interruption_codes.h"
#include "cpu/step.h"

namespace cpu {
class Cpu;
struct Op;
}  // namespace cpu

namespace cp {

// DIAGNOSE X'08': a virtual CPU gives a CP command. The command runs on CP's event loop; until its answer is there the instruction
// is repeated, so that the CPU can be stopped, paused and moved meanwhile. A command that is not answered when its guest moves is
// given again on the other member.
class CommandCalls {
 public:
  struct Answer {
    std::string response;  // lines, each with its '\n'
    int return_code = 0;
  };
  // Called on a CPU's thread; `answered` is called on the event loop, if the guest is still there. Where the response goes: to
  // the caller, or to the guest's console.
  enum class Response : std::uint8_t { to_caller, to_console };
  using Run = std::function<void(std::string text, Response response, std::function<void(Answer)> answered)>;
  explicit CommandCalls(Run run) : run_(std::move(run)) {}

  cpu::Step perform(cpu::Cpu& cpu, const cpu::Op& op) Z_EXCLUDES(lock_);
  void reset() Z_EXCLUDES(lock_);
  // Answers that their CPUs have not seen yet.
  std::vector<std::byte> save() const Z_EXCLUDES(lock_);
  z::Result<> restore(std::span<const std::byte> state) Z_EXCLUDES(lock_);

 private:
  struct Request {
    std::string text;
    Response response = Response::to_console;
    std::uint64_t buffer = 0;  // real address
    std::uint32_t buffer_length = 0;
  };
  struct Call {
    std::string text;
    std::optional<Answer> answer;
  };
  static std::expected<Request, cpu::Pic> read_request(cpu::Cpu& cpu, const cpu::Op& op);
  static cpu::Step deliver(cpu::Cpu& cpu, const cpu::Op& op, const Request& request, const Answer& answer);

  const Run run_;
  mutable z::Mutex lock_;
  std::map<unsigned, std::shared_ptr<Call>> calls_ Z_GUARDED_BY(lock_);  // by CPU address
};

}  // namespace cp
