#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cp/api/members.h"

namespace cp::ssi {

// A service of CP that keeps something in step across the cluster: logons, configuration, relocation domains. It takes
// part in each join: the joiner and each member exchange descriptions, both sides agree or refuse, and the outcome
// comes from the PDR (reference/ssi.md 3).
class Service {
 public:
  virtual ~Service() = default;
  virtual std::string_view name() const = 0;
  // False while a request of this member is under way that the joiner would not hear of.
  virtual bool is_ready_to_vote() const { return true; }
  virtual std::vector<std::byte> describe() const = 0;
  // An error refuses the join. What `description` says counts from `commit` on.
  virtual z::Result<> prepare(api::MemberSlot member, std::span<const std::byte> description) = 0;
  virtual void commit(api::MemberSlot member) = 0;
  virtual void abort(api::MemberSlot member) = 0;
  // The link to a member was lost and is back: its description as of now.
  virtual void resynchronize(api::MemberSlot member, std::span<const std::byte> description) = 0;
  // It left, or was declared down: nothing of it runs any more.
  virtual void member_gone(api::MemberSlot member) = 0;
};

}  // namespace cp::ssi
