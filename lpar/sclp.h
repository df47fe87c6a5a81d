#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/step.h"
#include "lpar/sclp_blocks.h"
#include "lpar/sclp_events.h"

namespace cpu {
class Cpu;
}

namespace lpar {

class Machine;

// The service-call logical processor: what SERVICE CALL talks to. A command is done when the instruction is; its end is
// the external interruption 2401. One command at a time: until that interruption is taken, another finds it busy.
class Sclp {
 public:
  struct Options {
    sclp::Console console = sclp::Console::both;
    std::function<void(std::string_view)> output;
  };
  Sclp(Machine& machine, Options options);

  cpu::Step service_call(cpu::Cpu& cpu, std::uint32_t command, std::uint64_t sccb_real_address);
  sclp::Events& events() { return events_; }
  void set_load_parameter(std::string text) { load_parameter_ = std::move(text); }  // while all CPUs are stopped

 private:
  sclp::Response perform(std::uint32_t command, std::vector<std::byte>& sccb);
  sclp::Response read_scp_info(std::vector<std::byte>& sccb) const;
  sclp::Response read_cpu_info(std::vector<std::byte>& sccb) const;
  sclp::Response read_channel_path_info(std::vector<std::byte>& sccb) const;
  sclp::Response configure_cpu(unsigned address);
  sclp::Response deconfigure_cpu(unsigned address);

  Machine& machine_;
  const Options options_;
  std::string load_parameter_;
  sclp::Events events_;
};

}  // namespace lpar
