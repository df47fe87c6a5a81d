// endicott io NAME COMMAND...: the I/O debugger of a running partition or member, from any shell.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/commands.h"
#include "app/run_directory.h"

namespace app {
namespace {

struct Request {
  std::string machine_file;
  std::string name;
  std::vector<std::string> words;
};

}  // namespace

void add_io(CLI::App& program, Chosen& chosen) {
  auto request = std::make_shared<Request>();
  auto* command = program.add_subcommand("io", "Stop, look at, change and disturb the channel programs of a running partition");
  command->add_option("--machine", request->machine_file, "Machine file (needed when several clusters run)");
  command->add_option("name", request->name, "System or LPAR name of a member, or a partition's --name")->required();
  command->add_option("command", request->words, "The command; `help` lists them")->required()->expected(-1);
  command->callback([request, &chosen] {
    chosen.run = [request] {
      return send_command(request->machine_file, request->name, fmt::format("IO {}", fmt::join(request->words, " ")));
    };
  });
}

}  // namespace app
