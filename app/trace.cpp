// endicott trace NAME [WHAT...]: the I/O trace of a running member or partition on standard output, until Ctrl-C.
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "app/commands.h"
#include "app/run_directory.h"
#include "base/fd.h"
#include "lpar/control.h"

namespace app {
namespace {

struct Request {
  std::string machine_file, member, format = "text", file;
  std::vector<std::string> what;
};

// A pipe with a name, in a folder of its own; both go with it.
class NamedPipe {
 public:
  static z::Result<NamedPipe> create() {
    std::string folder = (std::filesystem::temp_directory_path() / "endicott-trace-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) return z::failure(z::Error::host(errno, "making a folder for the trace"));
    const auto path = std::filesystem::path{folder} / "pipe";
    if (::mkfifo(path.c_str(), 0600) != 0) return z::failure(z::Error::host(errno, "making a pipe for the trace"));
    NamedPipe pipe{folder};
    pipe.reader_ = z::Fd{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    if (!pipe.reader_) return z::failure(z::Error::host(errno, "opening " + path.string()));
    return pipe;
  }
  NamedPipe(NamedPipe&&) = default;
  ~NamedPipe() {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  std::string path() const { return (folder_ / "pipe").string(); }
  int reader() const { return reader_.get(); }

 private:
  explicit NamedPipe(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::filesystem::path folder_;
  z::Fd reader_;
};

// One command; its lines, if it was refused, are the error.
z::Result<> command(lpar::ControlClient& client, const std::string& text) {
  Z_CHECK(client.send(text));
  std::string answer;
  for (;;) {
    for (const auto& event : client.receive()) {
      using Kind = lpar::ControlClient::Event::Kind;
      if (event.kind == Kind::response) answer += (answer.empty() ? "" : "; ") + event.text;
      if (event.kind == Kind::done) return event.return_code == 0 ? z::Result<>{} : z::failure("{}", answer);
      if (event.kind == Kind::closed) return z::failure("it ended before it answered");
    }
  }
}

// False: nobody takes the output any more.
bool copy(int from) {
  std::array<char, 1 << 16> chunk;
  for (;;) {
    const auto n = ::read(from, chunk.data(), chunk.size());
    if (n <= 0) return true;
    for (ssize_t at = 0; at < n;) {
      const auto written = ::write(STDOUT_FILENO, chunk.data() + at, static_cast<std::size_t>(n - at));
      if (written < 0) return false;
      at += written;
    }
  }
}

// Until Ctrl-C, the member's end, or that of whoever reads.
void follow(int pipe, int signals, int member) {
  for (;;) {
    std::array<pollfd, 3> polls{{{pipe, POLLIN, 0}, {signals, POLLIN, 0}, {member, POLLIN, 0}}};
    if (::poll(polls.data(), polls.size(), -1) < 0) continue;
    if ((polls[0].revents & POLLIN) != 0 && !copy(pipe)) return;
    if (polls[1].revents != 0 || polls[2].revents != 0) return;
    if ((polls[0].revents & (POLLHUP | POLLERR)) != 0) return;
  }
}

z::Fd interrupts() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) sigaddset(&set, signal);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  return z::Fd{::signalfd(-1, &set, SFD_CLOEXEC)};
}

z::Result<> run(const Request& request) {
  const auto socket = Z_TRY(find_member_socket(request.machine_file, request.member));
  auto client = Z_TRY(lpar::ControlClient::connect(socket));
  const auto what = fmt::format("{}", fmt::join(request.what, ","));
  if (what == "off" || what == "OFF") return command(client, "TRACE IO OFF");
  if (!request.file.empty())
    return command(client, fmt::format("TRACE IO ON to={},format={},{}", std::filesystem::absolute(request.file).string(), request.format, what));
  const auto pipe = Z_TRY(NamedPipe::create());
  const auto signals = interrupts();
  Z_CHECK(command(client, fmt::format("TRACE IO ON to={},format={},{}", pipe.path(), request.format, what)));
  follow(pipe.reader(), signals.get(), client.fd());
  const auto stopped = command(client, "TRACE IO OFF");
  copy(pipe.reader());
  return stopped;
}

}  // namespace

void add_trace(CLI::App& program, Chosen& chosen) {
  auto request = std::make_shared<Request>();
  auto* command = program.add_subcommand("trace", "Show the I/O of a running member or partition, until Ctrl-C");
  command->add_option("--machine", request->machine_file, "Machine file (needed when several clusters run)");
  command->add_option("--format", request->format, "text, json or pcapng")
      ->check(CLI::IsMember({"text", "json", "pcapng"}))->capture_default_str();
  command->add_option("--to", request->file, "Let the member write this file, and return at once; `off` ends it");
  command->add_option("member", request->member, "System name or LPAR name of the member, or a partition's --name")->required();
  command->add_option("what", request->what, "device=0200-020F+0E40 command=47+E7 status=UC+UE bytes=256, or off");
  command->callback([request, &chosen] {
    chosen.run = [request] {
      const auto done = run(*request);
      return done ? 0 : fail(done.error().text());
    };
  });
}

}  // namespace app
