#pragma once

#include <sys/types.h>

#include <iosfwd>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "lpar/control.h"
#include "lpar/machine_file.h"

namespace app {

// The operator console over all LPARs of a machine file: their processes are its children. "MEMBER1: query ssi" goes to
// that member; a line without a name goes to the member named last. Every line of output carries its member's name.
class OperatorConsole {
 public:
  // Starts the LPARs in the order of the file, each after the one before has ended its IPL.
  static z::Result<std::unique_ptr<OperatorConsole>> start(const lpar::MachineFile& file);
  ~OperatorConsole();

  // Lines from standard input until every member has ended; SIGINT or SIGTERM shuts all down in order. 0 when no member
  // failed.
  int interact();
  // One command after another, waiting for each response; 0 when all gave return code 0, else the script ends there.
  // Blank lines and lines that begin with # are skipped. `COMMAND until "PATTERN"` repeats the command, whatever its return
  // code, until its whole response has a match of the regular expression, and shows that response only. All members are shut down at the end.
  int run_script(std::istream& script, const std::string& name);

 private:
  struct Member {
    std::string name;  // LPAR name, then the system name that IPL gave it
    pid_t process = -1;
    lpar::ControlClient connection;
    bool ready = false;
    bool ended = false;
    std::optional<int> return_code;  // of the last command, once it ended
    std::optional<std::string> held{};  // the response to a repeated command, not shown yet
  };
  enum class Input { none, standard_input };

  OperatorConsole() = default;
  z::Result<> block_signals();
  z::Result<> start_member(const lpar::MachineFile& file, const std::string& lpar);
  void receive(Member& member);
  void reap(Member& member);
  Member* find(std::string_view name);
  // The member that a console line is for, and the command in it.
  std::pair<Member*, std::string> address(const std::string& line);
  std::optional<int> run(Member& member, const std::string& command);  // nothing: the member ended or a stop was asked for
  std::optional<int> run_until(Member& member, const std::string& command, const std::regex& pattern);
  std::optional<int> run_script_line(Member& member, const std::string& line);
  void wait_for_event(Input input);
  void take_input();
  void shut_down_all();
  bool all_ended() const;

  std::vector<std::unique_ptr<Member>> members_;
  Member* current_ = nullptr;
  z::Fd signals_;
  bool stop_requested_ = false;
  bool input_open_ = true;
  std::string input_;
  int exit_status_ = 0;
};

}  // namespace app
