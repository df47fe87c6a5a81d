// endicott member FILE LPAR: the process of one LPAR with CP in it. `endicott up` starts it; its operator's connection is
// descriptor 3 when that is open.
#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>

#include <future>

#include "app/commands.h"
#include "app/relocation.h"
#include "app/run_directory.h"
#include "base/clock.h"
#include "cp/member/member.h"
#include "lpar/control.h"

namespace app {
namespace {

struct Request {
  std::string machine_file;
  std::string lpar;
};

constexpr int operator_fd = 3;

z::Fd operator_console() {
  if (::fcntl(operator_fd, F_GETFD) < 0) return {};
  ::fcntl(operator_fd, F_SETFD, FD_CLOEXEC);
  return z::Fd{operator_fd};
}

// A CP command as it comes from the command socket, answered there.
cp::ReplyPtr reply_to(std::shared_ptr<lpar::ControlServer::Answer> answer) {
  return std::make_shared<cp::Reply>([answer](const std::string& line) { answer->line(line); },
                                     [answer](int return_code) { answer->done(return_code); });
}

// Messages of a relocation, 768 KiB each, come and go: without this their memory goes back to the host each time, and comes
// again as a page fault for each page.
void keep_freed_memory() {
  constexpr int block = 32 << 20, kept = 256 << 20;
  ::mallopt(M_MMAP_THRESHOLD, block);
  ::mallopt(M_TRIM_THRESHOLD, kept);
}

z::Result<int> run(const Request& request) {
  keep_freed_memory();
  const z::HostClock clock;
  const auto file = Z_TRY(lpar::MachineFile::read(request.machine_file));
  cp::EventLoop loop{clock};
  std::promise<int> ended;
  std::unique_ptr<cp::Member> member;
  std::unique_ptr<lpar::ControlServer> control;
  std::optional<Announcement> announcement;
  const auto socket = lpar_socket(file, request.lpar);

  member = Z_TRY(cp::Member::create(
      file, request.lpar, loop,
      {.operator_line = [&](std::string_view text) { control->tell_operator(text); },
       .ready = [&](std::string_view system) {
         announcement.emplace(std::string{system}, socket);
         control->tell_state(fmt::format("READY {}", system));
       },
       .ended = [&](int status) { ended.set_value(status); },
       .trace_line = [&](std::string_view text) { control->tell_operator(text); }},
      [](cp::Member& owner) { return make_mover(owner); }));
  control = Z_TRY(lpar::ControlServer::start(
      socket, operator_console(),
      {.command = [&](std::string command, auto answer) { member->operator_command(std::move(command), reply_to(std::move(answer))); },
       .operator_left = [&] { member->shut_down(); }}));
  loop.start();
  member->ipl();
  const int status = ended.get_future().get();
  loop.stop();
  announcement.reset();
  control->stop();
  member.reset();
  return status;
}

}  // namespace

void add_member(CLI::App& program, Chosen& chosen) {
  auto request = std::make_shared<Request>();
  auto* command = program.add_subcommand("member", "One LPAR of a machine file, in this process (`up` starts it)");
  command->group("");
  command->add_option("file", request->machine_file)->required()->check(CLI::ExistingFile);
  command->add_option("lpar", request->lpar)->required();
  command->callback([request, &chosen] {
    chosen.run = [request] {
      const auto status = run(*request);
      return status ? *status : fail(status.error().text());
    };
  });
}

}  // namespace app
