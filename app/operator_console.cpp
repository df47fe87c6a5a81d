#include "app/operator_console.h"

#include <fmt/format.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <istream>
#include <sstream>
#include <thread>
#include <utility>

#include "app/commands.h"
#include "app/run_directory.h"

namespace app {
namespace {

constexpr auto repeat_interval = std::chrono::milliseconds{100};
constexpr int operator_fd = 3;  // where a member finds its operator's connection

void print(std::string_view member, std::string_view text) {
  fmt::print("{}: {}\n", member, text);
  std::fflush(stdout);
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return std::string{text.substr(first, text.find_last_not_of(" \t\r") - first + 1)};
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

[[noreturn]] void become_member(const lpar::MachineFile& file, const std::string& lpar, int connection) {
  ::setpgid(0, 0);  // Ctrl-C is for the operator console, which shuts its members down in order
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (connection == operator_fd) ::fcntl(connection, F_SETFD, 0);
  else ::dup2(connection, operator_fd);
  const auto path = file.path.string();
  ::execl("/proc/self/exe", "endicott", "member", path.c_str(), lpar.c_str(), nullptr);
  std::perror("endicott: could not start a member");
  ::_exit(127);
}

}  // namespace

z::Result<std::unique_ptr<OperatorConsole>> OperatorConsole::start(const lpar::MachineFile& file) {
  std::unique_ptr<OperatorConsole> console{new OperatorConsole};
  Z_CHECK(console->block_signals());
  std::error_code error;
  std::filesystem::create_directories(file.run_directory, error);
  if (error) return z::failure("{}: run_directory {}", error.message(), file.run_directory.string());
  for (const auto& lpar : file.lpars) {
    Z_CHECK(console->start_member(file, lpar.name));
    auto& member = *console->members_.back();
    while (!member.ready && !member.ended && !console->stop_requested_) console->wait_for_event(Input::none);
    if (member.ended) return z::failure("LPAR {} ended during its IPL; its messages are above", lpar.name);
  }
  return console;
}

OperatorConsole::~OperatorConsole() { shut_down_all(); }

z::Result<> OperatorConsole::block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  signals_ = z::Fd{::signalfd(-1, &set, SFD_CLOEXEC)};
  if (!signals_) return z::failure(z::Error::host(errno, "signalfd"));
  return {};
}

z::Result<> OperatorConsole::start_member(const lpar::MachineFile& file, const std::string& lpar) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return z::failure(z::Error::host(errno, "socketpair"));
  z::Fd ours{ends[0]}, theirs{ends[1]};
  const pid_t process = ::fork();
  if (process < 0) return z::failure(z::Error::host(errno, "fork"));
  if (process == 0) become_member(file, lpar, theirs.get());
  members_.push_back(std::make_unique<Member>(Member{lpar, process, lpar::ControlClient{std::move(ours)}, false, false, {}}));
  current_ = members_.front().get();
  return {};
}

void OperatorConsole::receive(Member& member) {
  using Kind = lpar::ControlClient::Event::Kind;
  for (const auto& event : member.connection.receive()) {
    switch (event.kind) {
      case Kind::response:
        if (member.held) member.held->append(event.text).append("\n");
        else print(member.name, event.text);
        break;
      case Kind::message: print(member.name, event.text); break;
      case Kind::done: member.return_code = event.return_code; break;
      case Kind::state:
        if (event.text.starts_with("READY ")) {
          member.name = event.text.substr(6);
          member.ready = true;
        }
        break;
      case Kind::closed: reap(member); break;
    }
  }
}

void OperatorConsole::reap(Member& member) {
  int status = 0;
  while (::waitpid(member.process, &status, 0) < 0 && errno == EINTR) {}
  member.ended = true;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  exit_status_ = 1;
  if (WIFSIGNALED(status)) print(member.name, fmt::format("ended by signal {}", WTERMSIG(status)));
  else print(member.name, fmt::format("ended with status {}", WEXITSTATUS(status)));
}

OperatorConsole::Member* OperatorConsole::find(std::string_view name) {
  const auto found = std::ranges::find_if(members_, [&](const auto& m) { return same_name(m->name, name); });
  return found == members_.end() ? nullptr : found->get();
}

std::pair<OperatorConsole::Member*, std::string> OperatorConsole::address(const std::string& line) {
  if (const auto colon = line.find(':'); colon != std::string::npos)
    if (auto* member = find(trimmed(line.substr(0, colon)))) {
      current_ = member;
      return {member, trimmed(line.substr(colon + 1))};
    }
  return {current_, trimmed(line)};
}

std::optional<int> OperatorConsole::run(Member& member, const std::string& command) {
  member.return_code.reset();
  if (member.ended || !member.connection.send(command)) return std::nullopt;
  while (!member.return_code && !member.ended && !stop_requested_) wait_for_event(Input::none);
  return member.return_code;
}

std::optional<int> OperatorConsole::run_until(Member& member, const std::string& command, const std::regex& pattern) {
  for (;;) {
    member.held.emplace();
    const auto code = run(member, command);
    const auto response = *std::exchange(member.held, std::nullopt);
    if (!code || std::regex_search(response, pattern)) {
      std::istringstream lines{response};
      for (std::string line; std::getline(lines, line);) print(member.name, line);
      return code;
    }
    std::this_thread::sleep_for(repeat_interval);
  }
}

std::optional<int> OperatorConsole::run_script_line(Member& member, const std::string& line) {
  static const std::regex repeated{R"re((.*\S)\s+until\s+"(.*)")re"};
  std::smatch parts;
  if (!std::regex_match(line, parts, repeated)) return run(member, line);
  try {
    return run_until(member, parts[1], std::regex{parts[2].str()});
  } catch (const std::regex_error& error) {
    fmt::print(stderr, "endicott: \"{}\" is not a regular expression: {}\n", parts[2].str(), error.what());
    return std::nullopt;
  }
}

void OperatorConsole::wait_for_event(Input input) {
  std::vector<pollfd> polls{{signals_.get(), POLLIN, 0}};
  std::vector<Member*> polled;
  for (const auto& member : members_)
    if (!member->ended) {
      polls.push_back({member->connection.fd(), POLLIN, 0});
      polled.push_back(member.get());
    }
  if (input == Input::standard_input && input_open_) polls.push_back({STDIN_FILENO, POLLIN, 0});
  if (::poll(polls.data(), polls.size(), -1) < 0) return;
  if (polls[0].revents != 0) {
    signalfd_siginfo info;
    if (::read(signals_.get(), &info, sizeof info) == sizeof info) stop_requested_ = true;
  }
  for (std::size_t i = 0; i < polled.size(); ++i)
    if (polls[i + 1].revents != 0) receive(*polled[i]);
  if (polls.size() > polled.size() + 1 && polls.back().revents != 0) take_input();
}

void OperatorConsole::take_input() {
  char chunk[4096];
  const auto n = ::read(STDIN_FILENO, chunk, sizeof chunk);
  if (n <= 0) {
    input_open_ = false;  // the members go on; a signal or SHUTDOWN ends them
    return;
  }
  input_.append(chunk, static_cast<std::size_t>(n));
  for (std::size_t end; (end = input_.find('\n')) != std::string::npos;) {
    const auto line = input_.substr(0, end);
    input_.erase(0, end + 1);
    const auto [member, command] = address(line);
    if (command.empty()) continue;
    if (member->ended) print(member->name, "is not running");
    else if (const auto sent = member->connection.send(command); !sent) print(member->name, sent.error().text());
  }
}

int OperatorConsole::interact() {
  while (!stop_requested_ && !all_ended()) wait_for_event(Input::standard_input);
  shut_down_all();
  return exit_status_;
}

int OperatorConsole::run_script(std::istream& script, const std::string& name) {
  std::string line;
  for (unsigned number = 1; std::getline(script, line) && !stop_requested_; ++number) {
    if (trimmed(line).empty() || trimmed(line).starts_with('#')) continue;
    const auto [member, command] = address(line);
    print(member->name, "> " + command);
    const auto code = run_script_line(*member, command);
    if (code == 0) continue;
    const auto what = code ? fmt::format("return code {}", *code) : std::string{"no answer"};
    fmt::print(stderr, "endicott: {}:{}: `{}` failed: {}\n", name, number, command, what);
    exit_status_ = 1;
    break;
  }
  if (stop_requested_) exit_status_ = 1;
  shut_down_all();
  return exit_status_;
}

// The last member to join leaves first, as an operator would do it.
void OperatorConsole::shut_down_all() {
  stop_requested_ = false;
  for (auto member = members_.rbegin(); member != members_.rend(); ++member) {
    if ((*member)->ended || !(*member)->connection.send("SHUTDOWN")) continue;
    while (!(*member)->ended) {
      wait_for_event(Input::none);
      if (stop_requested_) ::kill((*member)->process, SIGKILL);  // asked a second time: do not wait for it
    }
  }
}

bool OperatorConsole::all_ended() const {
  return std::ranges::all_of(members_, [](const auto& member) { return member->ended; });
}

}  // namespace app
