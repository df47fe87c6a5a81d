#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/clock.h"
#include "cp/command/system.h"
#include "cp/directory/directory.h"
#include "cp/guest/guests.h"

namespace cp {

// Who is logged on to this member. A user has a virtual machine and, unless disconnected, a terminal.
struct Session {
  DirectoryEntry entry;
  std::string terminal;  // empty: disconnected
  z::Nanoseconds since{};
  bool relocation_enabled = true;
};

class Users {
 public:
  using Sink = std::function<void(std::string line)>;

  Users(Guests& guests, const Directory& directory, std::string system, std::string operator_userid, const z::Clock& clock)
      : guests_(guests), directory_(directory), system_(std::move(system)), operator_(std::move(operator_userid)), clock_(clock) {}

  const std::map<std::string, Session, std::less<>>& sessions() const { return sessions_; }
  Session* session(std::string_view userid) {
    const auto found = sessions_.find(userid);
    return found == sessions_.end() ? nullptr : &found->second;
  }
  z::Result<DirectoryEntry> entry(std::string_view userid) const { return directory_.resolve(userid, system_); }

  // Builds the virtual machine; lines of trouble with its devices go to `report`.
  z::Result<> log_on(const std::string& userid, std::string terminal, const Sink& report);
  void log_off(const std::string& userid);
  // A guest that a relocation brought or took.
  void arrived(const std::string& userid);
  void left(const std::string& userid) { forget(userid); }

  // Where lines for a user go. The operator's are those of the process's operator console; a terminal adds its own.
  struct Terminal {
    Sink line;                   // empty: disconnected
    std::function<void()> left;  // the user does not use it any more; may be empty
  };
  void set_terminal(const std::string& userid, std::string name, Terminal terminal);
  void tell(const std::string& userid, const std::string& line);
  // A line that a virtual machine wrote on its console: its terminal, else its secondary user with the user's name in front.
  void console_line(GuestMachine& machine, const std::string& line);

 private:
  void forget(const std::string& userid);
  void leave_terminal(const std::string& userid);
  std::uint32_t next_cpu_serial();

  Guests& guests_;
  const Directory& directory_;
  const std::string system_;
  const std::string operator_;
  const z::Clock& clock_;
  std::map<std::string, Session, std::less<>> sessions_;
  std::map<std::string, Terminal, std::less<>> terminals_;
};

}  // namespace cp
