#pragma once

#include <map>
#include <string>
#include <vector>

#include "cp/command/message.h"
#include "cp/guest/vm_definition.h"
#include "cp/network/virtual_switches.h"
#include "ctc/jack.h"

namespace channel {
class Subsystem;
}

namespace cp {

// The virtual CTCs of one virtual machine, and what they are coupled to: another guest's of this member, or a virtual switch, of
// which two neighbours make one port. On CP's event loop.
class GuestCtcas {
 public:
  GuestCtcas(VmDefinition& definition, VirtualSwitches& switches, ctc::Post post);
  void leave();  // the switches; before the devices go

  // The devices of the definition. They are coupled to their switches by `plug`.
  z::Result<> attach_all(channel::Subsystem& subsystem);
  void plug_all();

  Answer<> define(channel::Subsystem& subsystem, CtcaDefinition ctca);
  void detached(z::DeviceNumber device);  // about to be
  Answer<> couple(z::DeviceNumber device, const std::string& vswitch);
  static Answer<> couple(GuestCtcas& one, z::DeviceNumber device, GuestCtcas& other, z::DeviceNumber other_device);
  Answer<> uncouple(z::DeviceNumber device);
  bool has(z::DeviceNumber device) const { return jacks_.contains(device); }
  std::string coupled_to(z::DeviceNumber device) const;  // "LINUX2 0600", "SYSTEM LAN1", or empty
  // Those that are coupled to another guest, which keeps this one here.
  std::vector<z::DeviceNumber> coupled_to_guests() const;

  // Relocation.
  void hold();
  void go_on();
  std::vector<std::byte> save() const;
  z::Result<> restore(std::span<const std::byte> state);  // before `plug_all`

 private:
  z::Result<> attach(channel::Subsystem& subsystem, z::DeviceNumber device);
  CtcaDefinition* find(z::DeviceNumber device);
  Answer<ctc::Jack*> free_jack(z::DeviceNumber device, const std::string& partner);
  PortName port_of(z::DeviceNumber device) const;
  void plug(const CtcaDefinition& ctca);
  // Each port once, with its switch.
  std::map<PortName, VirtualSwitch*> ports() const;

  VmDefinition& definition_;
  VirtualSwitches& switches_;
  const ctc::Post post_;
  std::map<z::DeviceNumber, ctc::Jack*> jacks_;  // the devices own them
};

}  // namespace cp
