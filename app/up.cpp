// endicott up FILE: starts each LPAR of the machine file as a process and is the operator console of all of them.
#include <fmt/format.h>

#include <cerrno>
#include <fstream>

#include "app/commands.h"
#include "app/operator_console.h"

namespace app {
namespace {

struct Request {
  std::string machine_file;
  std::string script;
};

int run(const Request& request) {
  const auto file = lpar::MachineFile::read(request.machine_file);
  if (!file) return fail(file.error().text());
  auto console = OperatorConsole::start(*file);
  if (!console) return fail(console.error().text());
  if (request.script.empty()) return (*console)->interact();
  std::ifstream script{request.script};
  if (!script) return fail(z::Error::host(errno, "open script " + request.script).text());
  return (*console)->run_script(script, request.script);
}

}  // namespace

void add_up(CLI::App& program, Chosen& chosen) {
  auto request = std::make_shared<Request>();
  auto* command = program.add_subcommand("up", "Start the LPARs of a machine file and operate them");
  command->add_option("file", request->machine_file, "Machine file (TOML)")->required()->check(CLI::ExistingFile);
  command->add_option("--script", request->script, "Run operator commands from a file, then shut down; exit 1 at the first that fails")
      ->check(CLI::ExistingFile);
  command->callback([request, &chosen] { chosen.run = [request] { return run(*request); }; });
}

}  // namespace app
