#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "cp/command/system.h"
#include "cp/guest/guests.h"
#include "cp/io/event_loop.h"
#include "cp/member/users.h"
#include "cp/terminal/dialogue.h"
#include "terminal/server.h"

namespace cp {

// The 3270 terminals of a member: where they connect, and the dialogue of each.
class Terminals {
 public:
  struct Site {
    EventLoop& loop;
    System& system;
    Users& users;
    Guests& guests;
    std::string operator_userid;  // its console is elsewhere
  };
  // Dialogues are on CP's event loop; terminals may connect before it runs.
  static z::Result<std::unique_ptr<Terminals>> open(const std::vector<terminal::Listen>& places, Site site);
  ~Terminals();

 private:
  class Line;
  class Host;

  explicit Terminals(Site site) : site_(std::move(site)) {}
  std::expected<terminal::Seat, terminal::Refusal> seat(const terminal::TerminalRequest& request) Z_EXCLUDES(names_lock_);
  void give_back(const std::string& name) Z_EXCLUDES(names_lock_);
  void tick();

  const Site site_;
  z::Mutex names_lock_;
  std::set<std::string> names_ Z_GUARDED_BY(names_lock_);  // of terminals that are connected
  std::set<std::shared_ptr<Dialogue>> dialogues_;          // on the loop
  EventLoop::Id timer_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // what was posted runs only while it is true
  std::vector<std::unique_ptr<terminal::Server>> servers_;      // last: their threads use what stands above
};

}  // namespace cp
