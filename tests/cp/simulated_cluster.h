#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cp/isfc/driver.h"
#include "cp/ssi/node.h"
#include "simulator.h"

namespace sim {

// A member of a simulated cluster; gone when it is killed.
struct Member {
  std::shared_ptr<Host> host;
  std::unique_ptr<Ctcs> ctcs;
  std::unique_ptr<VolumeStore> store;
  std::unique_ptr<VolumeGuests> guests;
  std::unique_ptr<cp::isfc::Driver> isfc;
  std::unique_ptr<cp::ssi::Node> ssi;
  std::vector<std::string> console;
  std::set<std::string> logged_on;  // what guests run here
  z::Nanoseconds lease_until{};
  bool is_fenced = false;
  bool has_left = false;
  bool is_shutting_down = false;
};

// Members MEMBER1 to MEMBERn, each pair linked by `devices` CTCs.
class Cluster {
 public:
  enum class Slots : std::uint8_t { listed, fresh };  // in the PDR at the beginning
  struct Options {
    unsigned members = 2;
    unsigned devices = 4;
    cp::ssi::Timing timing{};
    Slots slots = Slots::listed;
  };
  Cluster(std::uint64_t seed, Options options);
  ~Cluster();

  static std::string name(unsigned index) { return "MEMBER" + std::to_string(index + 1); }
  void ipl(unsigned index);
  void kill(unsigned index);
  void join_all();  // IPL of all, until they are joined
  void log_on(unsigned index, const std::string& userid);
  void log_off(unsigned index, const std::string& userid);

  Member* member(unsigned index) { return members_.at(index).get(); }
  unsigned size() const { return options_.members; }
  bool is_joined(unsigned index);
  // A guest of this member could be dispatched now.
  bool runs_guests(unsigned index);
  cp::pdr::MemberState pdr_state(unsigned index) const;

  World world;
  Network network{world};
  Volume volume;

 private:
  static std::vector<std::string> names(unsigned count);
  Options options_;
  std::vector<std::unique_ptr<Member>> members_;
  std::vector<std::unique_ptr<Member>> dead_;  // kept, so that nothing dangles
};

}  // namespace sim
