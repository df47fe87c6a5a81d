// endicott ipl: one bare partition without CP, its console on standard input and output.
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "app/bare_control.h"
#include "app/commands.h"
#include "app/raw_terminal.h"
#include "base/clock.h"
#include "base/fd.h"
#include "channel/trace.h"
#include "gdb/server.h"
#include "lpar/bare_partition.h"
#include "lpar/instruction_trace.h"

namespace app {
namespace {

struct Request {
  std::string memory = "256M";
  unsigned cpus = 1;
  std::string model = "z16";
  lpar::LoadRequest program;
  std::vector<std::string> devices;
  std::vector<std::string> plugins;
  std::string load;
  lpar::Consoles consoles = lpar::Consoles::all;
  std::optional<std::string> trace_io;
  std::vector<std::string> io_commands;
  std::string name;  // empty: no command socket
  std::string gdb;  // HOST:PORT; empty: no debugger
  bool wait = false;
  bool trace_instructions = false, profile = false;
};

void print_to_error(std::string_view line) { fmt::print(stderr, "{}\n", line); }

// What looks at each instruction, if anything was asked for. Constructed before the CPUs' machine, so that it outlives it.
class Observers {
 public:
  explicit Observers(const Request& request) : request_(request), trace_(request.cpus, print_to_error), profile_(request.cpus) {}

  void attach(cpu::Configuration& cpus) {
    if (!request_.trace_instructions && !request_.profile) return;
    cpus.pause();
    if (request_.trace_instructions) cpus.observe_instructions(trace_);
    if (request_.profile) cpus.observe_instructions(profile_);
    cpus.unpause();
  }
  void report(cpu::Configuration& cpus) {
    if (!request_.profile) return;
    cpus.pause();
    for (const auto& line : profile_.report()) print_to_error(line);
    cpus.unpause();
  }

 private:
  const Request& request_;
  lpar::InstructionTrace trace_;
  lpar::InstructionProfile profile_;
};

// Hands each piece of standard input to `take` until the guest has ended or `take` says that it wants no more.
void read_input(int ended, const std::function<bool(std::string_view)>& take) {
  bool open = true;
  for (;;) {
    pollfd polls[]{{ended, POLLIN, 0}, {open ? STDIN_FILENO : -1, POLLIN, 0}};
    if (::poll(polls, 2, -1) < 0) continue;
    if (polls[0].revents != 0) return;
    if (polls[1].revents == 0) continue;
    char piece[1024];
    const auto n = ::read(STDIN_FILENO, piece, sizeof piece);
    open = n > 0;
    if (open && !take({piece, static_cast<std::size_t>(n)})) return;
  }
}

// Hands standard input to the VT220 key by key until the guest has ended or the user left.
void feed_terminal(lpar::BarePartition& partition, int ended) {
  constexpr char leave = 0x1D;
  const RawTerminal raw{STDIN_FILENO};
  read_input(ended, [&](std::string_view keys) {
    if (keys.contains(leave)) return false;
    partition.terminal_input(keys);
    return true;
  });
}

// Hands lines of standard input to the console until the guest has ended.
void feed_console(lpar::BarePartition& partition, int ended) {
  read_input(ended, [&, line = std::string{}](std::string_view piece) mutable {
    for (const char c : piece) {
      if (c != '\n') line += c;
      else partition.console_input(std::exchange(line, {}));
    }
    return true;
  });
}

void feed(lpar::BarePartition& partition, const Request& request, const z::Fd& ended) {
  if (request.consoles == lpar::Consoles::terminal) feed_terminal(partition, ended.get());
  else feed_console(partition, ended.get());
}

z::Result<> start(lpar::BarePartition& partition, const Request& request) {
  if (!request.load.empty()) return partition.load(Z_TRY(lpar::parse_device_number(request.load)));
  if (!request.program.kernel.empty()) partition.start();
  return {};
}

// Until the guest has ended.
z::Result<int> run_alone(lpar::BarePartition& partition, const Request& request, const z::Clock& clock, const z::Fd& ended) {
  const auto begin = clock.now();
  Z_CHECK(start(partition, request));
  feed(partition, request, ended);
  const auto microseconds = std::chrono::duration<double, std::micro>{clock.now() - begin}.count();
  const auto end = partition.end_state();
  fmt::print(stderr, "{} PSW={:016X}{:016X} cpu={} instructions={} MIPS={:.1f}\n", end.disabled_wait ? "disabled wait" : "stopped",
             end.psw_mask, end.psw_address, end.cpu, end.instructions, static_cast<double>(end.instructions) / microseconds);
  return !end.disabled_wait || end.psw_address == 0 ? 0 : 1;
}

// The machine belongs to the debugger: its end is a stop to look at, and only "kill" ends the process.
z::Result<int> run_debugged(lpar::BarePartition& partition, const Request& request) {
  using Begin = gdb::MachineTarget::Begin;
  const z::Fd killed{::eventfd(0, EFD_CLOEXEC)};
  const auto server = Z_TRY(gdb::Server::start(partition.machine(), {.endpoint = request.gdb,
                                                                     .begin = request.wait ? Begin::halted : Begin::running,
                                                                     .killed = [&] { ::eventfd_write(killed.get(), 1); }}));
  fmt::print(stderr, "gdb: listening on port {}\n", server->port());
  if (!request.wait) Z_CHECK(start(partition, request));
  feed(partition, request, killed);
  return 0;
}

z::Result<channel::TraceRequest> trace_request(const std::string& text) {
  auto parsed = channel::TraceRequest::parse(text);
  if (!parsed) return z::failure(parsed.error().within("--trace-io"));
  return parsed;
}

z::Result<int> run(const Request& request) {
  const z::HostClock clock;
  const z::Fd ended{::eventfd(0, EFD_CLOEXEC)};
  Observers observers{request};
  auto partition = Z_TRY(lpar::BarePartition::create(
      {.memory = Z_TRY(lpar::parse_size(request.memory)), .cpus = request.cpus,
       .model = Z_TRY(lpar::parse_model(request.model)), .devices = request.devices,
       .consoles = request.consoles, .plugins = request.plugins, .trace_io = request.trace_io ? std::optional{Z_TRY(trace_request(*request.trace_io))} : std::nullopt,
       .io_commands = request.io_commands},
      clock,
      {.console_output = [](std::string_view text) {
         fmt::print("{}", text);
         std::fflush(stdout);
       },
       .trace_line = print_to_error,
       .ended = [&] { ::eventfd_write(ended.get(), 1); }}));
  if (!request.program.kernel.empty()) Z_CHECK(partition->load_program(request.program));
  else Z_CHECK(lpar::put_parameters(partition->machine().storage(), request.program.parameters));
  std::optional<BareControl> control;
  if (!request.name.empty()) control.emplace(Z_TRY(BareControl::start(request.name, *partition)));
  observers.attach(partition->machine().cpus());
  const int status = Z_TRY(request.gdb.empty() ? run_alone(*partition, request, clock, ended) : run_debugged(*partition, request));
  observers.report(partition->machine().cpus());
  return status;
}

}  // namespace

void add_ipl(CLI::App& program, Chosen& chosen) {
  auto request = std::make_shared<Request>();
  auto* command = program.add_subcommand("ipl", "Run one bare partition without CP");
  command->add_option("--memory", request->memory, "Absolute storage, for example 512M or 2G")->capture_default_str();
  command->add_option("--cpus", request->cpus, "Number of CPUs")->check(CLI::Range(1, 16))->capture_default_str();
  command->add_option("--cpu-model", request->model, "z900, z990, z9, z10, z196, zEC12, z13, z14, z15 or z16")->capture_default_str();
  auto* kernel = command->add_option("--kernel", request->program.kernel, "ELF file, flat image or .ins list to start")
                     ->check(CLI::ExistingFile);
  command->add_option("--initrd", request->program.initrd, "Initial RAM disk for the kernel")->check(CLI::ExistingFile)->needs(kernel);
  auto* parameters = command->add_option("--append,--parm", request->program.parameters, "Command line for the kernel: text at X'10480'");
  command->add_option("--device", request->devices, "DEVNO=TYPE:ARGS, repeatable: 0100=3390:file=disk.ckd")
      ->take_all()->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--plugin", request->plugins, "Shared object with more device types, repeatable")
      ->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  const std::map<std::string, lpar::Consoles> consoles{
      {"all", lpar::Consoles::all}, {"sclp", lpar::Consoles::sclp}, {"vt220", lpar::Consoles::terminal}, {"3215", lpar::Consoles::typewriter}};
  command->add_option("--console", request->consoles, "Consoles of the partition: sclp, vt220 (key by key, Ctrl-] leaves), 3215 or all")
      ->transform(CLI::CheckedTransformer(consoles))->default_str("all");
  auto* load = command->add_option("--load", request->load, "IPL from this device")->excludes(kernel)->excludes(parameters);
  auto* gdb = command->add_option("--gdb", request->gdb, "HOST:PORT where a debugger may connect; the guest's end does not end the process");
  command->add_flag("--wait", request->wait, "Let the debugger start the guest")->needs(gdb)->excludes(load);
  command->add_flag("--trace-instructions", request->trace_instructions, "Print each instruction and what it changes to standard error");
  command->add_flag("--profile", request->profile, "At the end, print how often each instruction was executed; slows the guest");
  command->add_option("--trace-io", request->trace_io,
                      "Print each CCW to standard error, or as device=,command=,status=,to=FILE,format=text|json|pcapng,bytes= say")
      ->expected(0, 1)->default_str("")->run_callback_for_default(false);
  command->add_option("--io", request->io_commands, "A command of the I/O debugger before anything runs, repeatable: \"break at=unit-check\", \"faults FILE\"")
      ->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--name", request->name, "Lets `endicott io` and `endicott trace` find the partition");
  command->callback([request, &chosen, kernel, load, gdb] {
    if (kernel->empty() && load->empty() && gdb->empty())
      throw CLI::ValidationError("ipl", "give --kernel FILE, --load DEVNO or --gdb HOST:PORT");
    chosen.run = [request] {
      const auto status = run(*request);
      return status ? *status : fail(status.error().text());
    };
  });
}

}  // namespace app
