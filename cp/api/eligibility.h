#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/units.h"
#include "cp/api/members.h"

namespace cp::api {

// FORCE operands of VMRELOCATE, or-ed.
struct Forces {
  static constexpr std::uint8_t architecture = 1, domain = 2, storage = 4;
  std::uint8_t bits = 0;
  bool has(std::uint8_t one) const { return (bits & one) != 0; }
};

// Why a guest may not move, each as the line that CP shows ("HCP1982I ..."). Empty: eligible. TEST and MOVE show all
// reasons, not only the first. Asked on the source at the start and again before the guest is stopped, on the
// destination when the guest is offered and again before it is accepted as complete.
class Eligibility {
 public:
  virtual ~Eligibility() = default;
  virtual std::vector<std::string> obstacles_on_source(const std::string& userid, MemberSlot to, Forces forces) = 0;
  virtual std::vector<std::string> obstacles_on_destination(const std::string& userid, z::Pages storage,
                                                            std::span<const std::byte> definition,
                                                            Forces forces) = 0;
};

}  // namespace cp::api
