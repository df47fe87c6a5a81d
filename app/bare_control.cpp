#include "app/bare_control.h"

#include "channel/debug/debugger.h"
#include "channel/trace.h"
#include "lpar/operator_commands.h"

namespace app {
namespace {

// "TRACE IO ..." and "IO ...", as CP takes them, and what the operator does to devices.
z::Result<std::vector<std::string>> obey(lpar::BarePartition& partition, std::string_view command) {
  constexpr std::string_view trace_io = "TRACE IO ", io = "IO ";
  auto& subsystem = partition.machine().subsystem();
  if (command.starts_with(io)) return subsystem.debugger().command(command.substr(io.size()));
  if (!command.starts_with(trace_io)) return lpar::operate(partition, command);
  auto what = command.substr(trace_io.size());
  if (what.starts_with("OFF")) {
    subsystem.trace().stop();
    return std::vector<std::string>{};
  }
  if (what.starts_with("ON ")) what.remove_prefix(3);
  const channel::TraceTarget target{subsystem.trace(), ""};
  Z_CHECK(channel::start_traces(Z_TRY(channel::TraceRequest::parse(what)), {&target, 1}, {}));
  return std::vector<std::string>{};
}

}  // namespace

z::Result<BareControl> BareControl::start(const std::string& name, lpar::BarePartition& partition) {
  const auto socket = Z_TRY(partition_socket(name));
  BareControl control;
  control.server_ = Z_TRY(lpar::ControlServer::start(
      socket, {},
      {.command = [&partition](std::string command, std::shared_ptr<lpar::ControlServer::Answer> answer) {
         const auto reply = obey(partition, command);
         if (!reply) answer->line(reply.error().text());
         else
           for (const auto& line : *reply) answer->line(line);
         answer->done(reply ? 0 : 1);
       },
       .operator_left = [] {}}));
  control.announcement_ = std::make_unique<Announcement>(socket.stem().string(), socket);
  return control;
}

}  // namespace app
