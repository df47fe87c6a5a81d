#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "cpu/step.h"

namespace cpu {
class Cpu;
struct Op;
}  // namespace cpu

namespace cp {

// IUCV, as far as a virtual machine that nobody talks to can use it (z/VM CP Programming Services, "Inter-User Communications
// Vehicle"): it declares its buffers and masks, and a CONNECT says that the other is not there. Any CPU's thread.
class InterUser {
 public:
  cpu::Step perform(cpu::Cpu& cpu, const cpu::Op& op) Z_EXCLUDES(lock_);
  void reset() Z_EXCLUDES(lock_);
  // For relocation: which CPUs have a buffer.
  std::uint64_t buffers() const Z_EXCLUDES(lock_);
  void set_buffers(std::uint64_t buffers) Z_EXCLUDES(lock_);

 private:
  mutable z::Mutex lock_;
  std::uint64_t buffers_ Z_GUARDED_BY(lock_) = 0;  // bit n: CPU n
};

}  // namespace cp
