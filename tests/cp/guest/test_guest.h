#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>

#include "base/clock.h"
#include "cp/guest/guest_machine.h"

namespace cp {

// A virtual machine of one CPU and 16 MiB without devices but its console; the test's thread is CP's event loop.
class TestGuest {
 public:
  using Command = std::function<void(GuestMachine&, std::string text, ReplyPtr reply)>;

  explicit TestGuest(Command command = {})
      : partition_(std::move(*cpu::Storage::create({64 << 20}))), frames_({0x10'0000}, {32 << 20}) {
    VmDefinition definition;
    definition.userid = "TESTER";
    definition.storage = {16 << 20};
    machine_ = std::move(*GuestMachine::create(std::move(definition), GuestMachine::Contents::cleared, frames_, *partition_, volumes_, clock_,
                                               {.post = [this](std::function<void()> work) { post(std::move(work)); },
                                                .console_line = [this](GuestMachine&, std::string line) { console_.push_back(std::move(line)); },
                                                .stopped = [this](GuestMachine&) { stopped_ = true; },
                                                .command = std::move(command),
                                                .partition = "LP01",
                                                .switches = switches_}));
  }
  ~TestGuest() { machine_.reset(); }

  void log_off() { machine_.reset(); }
  GuestMachine& operator*() { return *machine_; }
  GuestMachine* operator->() { return machine_.get(); }
  const std::vector<std::string>& console() const { return console_; }

  void put(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
    machine_->machine().storage().store({address}, std::as_bytes(std::span{bytes}), 0);
  }
  std::vector<std::uint8_t> bytes(std::uint64_t address, std::size_t length) {
    std::vector<std::uint8_t> result(length);
    machine_->machine().storage().fetch({address}, std::as_writable_bytes(std::span{result}), 0);
    return result;
  }
  std::uint64_t gr(unsigned n) { return machine_->machine().cpus().cpu(0).gr(n); }
  unsigned cc() { return gr(15) >> 28 & 3; }  // that the code ended with
  // What the program new PSW's routine finds: the interruption code at 8E; 0: none came.
  unsigned program_interruption() {
    const auto code = bytes(0x8E, 2);
    return static_cast<unsigned>(code[0] << 8 | code[1]);
  }

  // Runs the code, in 64-bit mode with these registers, until all CPUs stop or wait: a disabled wait follows the code, and
  // one stands where a program interruption leads.
  struct Setting {
    unsigned number;
    std::uint64_t value;
  };
  void run(std::vector<std::uint8_t> code, const std::vector<Setting>& registers) {
    load(std::move(code), registers);
    machine_->begin(std::nullopt, [](const Answer<>&) {});
    machine_->machine().cpus().start(0);
    serve_until([this] { return machine_->machine().is_idle_for_good(); });
  }
  // Serves CP's event loop.
  void serve_until(const std::function<bool()>& is_done) {
    while (!is_done()) {
      std::function<void()> work;
      {
        std::unique_lock lock{lock_};
        changed_.wait_for(lock, std::chrono::milliseconds{1}, [this] { return !queue_.empty(); });
        if (queue_.empty()) continue;
        work = std::move(queue_.front());
        queue_.pop_front();
      }
      work();
    }
  }
  void start() { machine_->machine().cpus().start(0); }
  void load(std::vector<std::uint8_t> code, const std::vector<Setting>& registers) {
    // IPM 15; LPSWE 300; at 300 a disabled wait in 64-bit mode, which is the program new PSW (1D0) too.
    code.insert(code.end(), {0xB2, 0x22, 0x00, 0xF0, 0xB2, 0xB2, 0x03, 0x00});
    const std::vector<std::uint8_t> disabled_wait{0, 2, 0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    put(0x300, disabled_wait);
    put(0x1D0, disabled_wait);
    put(0x8E, {0, 0});
    put(0x10000, code);
    machine_->machine().cpus().with_stopped(0, [&](cpu::Cpu& cpu) {
      cpu.load_psw({.mask = 0x0000'0001'8000'0000, .address = 0x10000});
      for (const auto& setting : registers) cpu.gr(setting.number) = setting.value;
    });
  }

 private:
  void post(std::function<void()> work) {
    const std::lock_guard lock{lock_};
    queue_.push_back(std::move(work));
    changed_.notify_all();
  }

  z::HostClock clock_;
  std::unique_ptr<cpu::Storage> partition_;
  Frames frames_;
  Volumes volumes_;
  VirtualSwitches switches_{{.post = [this](std::function<void()> work) { post(std::move(work)); },
                             .members = [] { return std::vector<std::string>{}; },
                             .send = [](const std::string&, const std::vector<std::byte>&) {}}};
  std::mutex lock_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::string> console_;
  bool stopped_ = false;
  std::unique_ptr<GuestMachine> machine_;
};

inline std::vector<std::uint8_t> ebcdic(std::string_view text) {
  std::vector<std::uint8_t> codes;
  for (const char c : text) codes.push_back(z::to_ebcdic(c));
  return codes;
}

}  // namespace cp
