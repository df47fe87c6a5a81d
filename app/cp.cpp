// endicott cp MEMBER COMMAND...: one CP command on a running member, from any shell.
#include <fmt/format.h>

#include "app/commands.h"
#include "app/run_directory.h"
#include "lpar/control.h"

namespace app {
namespace {

struct Request {
  std::string machine_file;
  std::string member;
  std::vector<std::string> words;
};

}  // namespace

int send_command(const std::string& machine_file, const std::string& member, const std::string& command) {
  const auto socket = find_member_socket(machine_file, member);
  if (!socket) return fail(socket.error().text());
  auto client = lpar::ControlClient::connect(*socket);
  if (!client) return fail(client.error().within(member + " is not running").text());
  if (const auto sent = client->send(command); !sent) return fail(sent.error().text());
  for (;;) {
    for (const auto& event : client->receive()) {
      using Kind = lpar::ControlClient::Event::Kind;
      if (event.kind == Kind::response) fmt::print("{}\n", event.text);
      // CP's return codes are message numbers and can be larger than an exit status.
      if (event.kind == Kind::done) return event.return_code == 0 ? 0 : 1;
      if (event.kind == Kind::closed) return fail(member + " ended before it answered");
    }
  }
}

void add_cp(CLI::App& program, Chosen& chosen) {
  auto request = std::make_shared<Request>();
  auto* command = program.add_subcommand("cp", "Give a CP command to a running member");
  command->add_option("--machine", request->machine_file, "Machine file (needed when several clusters run)");
  command->add_option("member", request->member, "System name or LPAR name of the member")->required();
  command->add_option("command", request->words, "The command and its operands")->required()->expected(-1);
  command->positionals_at_end();
  command->prefix_command(false);
  command->callback([request, &chosen] { chosen.run = [request] {
      return send_command(request->machine_file, request->member, fmt::format("{}", fmt::join(request->words, " ")));
    }; });
}

}  // namespace app
