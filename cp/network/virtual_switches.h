#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cp/config/system_config.h"
#include "cp/network/virtual_switch.h"

namespace cp {

// The virtual switches of this system. On CP's event loop.
class VirtualSwitches {
 public:
  // `send`: to the same object on another member.
  explicit VirtualSwitches(VirtualSwitch::Outside outside) : outside_(std::move(outside)) {}

  // What is wrong with its uplink; the switch is there all the same.
  z::Result<> define(const VswitchStatement& statement);
  VirtualSwitch* find(const std::string& name) const;
  std::vector<const VirtualSwitch*> all() const;

  z::Result<> received(const std::string& member, std::span<const std::byte> message);
  void link_up(const std::string& member);
  void link_down(const std::string& member);
  void tick();

 private:
  const VirtualSwitch::Outside outside_;
  std::map<std::string, std::unique_ptr<VirtualSwitch>> switches_;
};

}  // namespace cp
