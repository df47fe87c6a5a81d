#include "cp/guest/eligibility.h"

#include <fmt/format.h>

namespace cp {

std::vector<std::string> RelocationEligibility::obstacles_on_source(const std::string& userid, api::MemberSlot to,
                                                                    api::Forces forces) {
  auto* machine = guests_.machine(userid);
  if (machine == nullptr) return {fmt::format("HCPRLH045E {} not logged on", userid)};
  std::vector<std::string> obstacles;
  if (!policy_.is_single_configuration(userid))
    obstacles.push_back(fmt::format("HCPRLI1980I {}: virtual machine is a multiconfiguration virtual machine", userid));
  if (!policy_.may_relocate(userid)) obstacles.push_back(fmt::format("HCPRLI1982I {}: relocation capability is off", userid));
  if (!policy_.is_disconnected(userid)) obstacles.push_back(fmt::format("HCPRLI1983I {}: virtual machine is not disconnected", userid));
  if (machine->run_state() != GuestMachine::RunState::running)
    obstacles.push_back(fmt::format("HCPRLI1984I {}: virtual machine is not running", userid));
  if (machine->debugger())
    obstacles.push_back(fmt::format("HCPRLI1989I {}: a debugger may be attached; SET GDB {} OFF first", userid, userid));
  if (const auto files = machine->reader_files(); !files.empty())
    obstacles.push_back(fmt::format("HCPRLI1993I {}: its reader holds {} file(s)", userid, files.size()));
  for (const auto device : machine->ctcas().coupled_to_guests())
    obstacles.push_back(fmt::format("HCPRLI1990I {}: virtual CTCA {:04X} is coupled to {}", userid, device.value, machine->ctcas().coupled_to(device)));
  for (const auto& [device, attached] : machine->attached())
    obstacles.push_back(fmt::format("HCPRLI1994I {}: DASD {:04X} is a dedicated device", userid, device.value));
  const auto& domain = machine->definition().relocation_domain;
  if (!forces.has(api::Forces::domain) && !policy_.domain_contains(domain, to))
    obstacles.push_back(fmt::format("HCPRLI1985I {}: destination is not in relocation domain {}", userid, domain));
  return obstacles;
}

std::vector<std::string> RelocationEligibility::obstacles_on_destination(const std::string& userid, z::Pages storage,
                                                                         std::span<const std::byte> definition,
                                                                         api::Forces forces) {
  const auto decoded = VmDefinition::decode(definition);
  if (!decoded) return {fmt::format("HCPRLE1986I {}: {}", userid, decoded.error().text())};
  std::vector<std::string> obstacles;
  if (!forces.has(api::Forces::architecture) && decoded->model > guests_.model())
    obstacles.push_back(fmt::format("HCPRLA1988I {}: the virtual machine has the features of a {}, the destination is a {}", userid,
                                    cpu::identity_of(decoded->model).name, cpu::identity_of(guests_.model()).name));
  // Once the skeleton exists, it is what occupies the frames.
  if (guests_.machine(userid) != nullptr) obstacles.push_back(fmt::format("HCPRLE054E {} already logged on", userid));
  for (const auto& disk : decoded->minidisks)
    if (volumes_.find(disk.volume) == nullptr)
      obstacles.push_back(fmt::format("HCPRLD1981I {}: no equivalent for DASD {:04X}, volume {} is not online on the destination",
                                      userid, disk.number.value, disk.volume));
  for (const auto& ctca : decoded->ctcas)
    if (!ctca.vswitch.empty() && guests_.switches().find(ctca.vswitch) == nullptr)
      obstacles.push_back(fmt::format("HCPRLN1991I {}: no equivalent for VSWITCH {}, which CTCA {:04X} is coupled to, on the destination", userid,
                                      ctca.vswitch, ctca.number.value));
  // Guest storage is real storage here and nothing is paged out, so FORCE STORAGE cannot make room.
  if (!guests_.is_expected(userid) && guests_.frames().largest() < storage.bytes())
    obstacles.push_back(fmt::format("HCPRLS1987I {}: {}M of storage are needed, the destination has {}M", userid,
                                    storage.bytes().value >> 20, guests_.frames().largest().value >> 20));
  return obstacles;
}

}  // namespace cp
