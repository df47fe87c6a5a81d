#pragma once

#include <cstdint>
#include <string>

#include "base/address.h"

namespace cp::api {

// Place of a member in the cluster's list: 1 to 8.
using MemberSlot = z::Number<struct MemberSlotTag, std::uint16_t>;

// What a member knows of its cluster.
class Members {
 public:
  virtual ~Members() = default;
  virtual MemberSlot self() const = 0;
  virtual std::string name(MemberSlot member) const = 0;
  virtual bool is_joined(MemberSlot member) const = 0;
  // The lease of this member lapsed and the drift margin passed, or it came back as a new incarnation: nothing that
  // it ran before runs any more. A link that is merely cut does not make a member down.
  virtual bool is_down(MemberSlot member) const = 0;
};

}  // namespace cp::api
