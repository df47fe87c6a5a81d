#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cp/command/system.h"

namespace cp {

// Live guest relocation as CP's commands use it. Implemented over lgr/, which CP does not see. On the event loop.
class Mover {
 public:
  virtual ~Mover() = default;
  virtual void test(RelocationTarget target, Told<std::vector<std::string>> told) = 0;
  virtual void move(RelocationTarget target, RelocationLimits limits, std::string by, MoveEvents events) = 0;
  virtual std::vector<RelocationStatus> relocations_under_way() const = 0;
  virtual void modify(std::string userid, LimitChange change, Done done) = 0;
  virtual void cancel(std::string userid, std::string by, Done done) = 0;
  virtual bool is_moving(const std::string& userid) const = 0;

  // Events of the cluster.
  virtual void message(const std::string& from, std::span<const std::byte> bytes) = 0;
  virtual void link_lost(const std::string& member) = 0;
  virtual void member_down(const std::string& member) = 0;
};

}  // namespace cp
