#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "gdb/packet.h"
#include "gdb/target.h"

namespace gdb {

// One debugger's conversation with a target, without a socket: bytes in, bytes out. The target stands when it begins.
class Session {
 public:
  Session(Target& target, Stop stop);

  std::string receive(std::string_view bytes);  // what to send
  std::string look();                           // the target may have stopped: what to send
  void leave();                                 // the debugger is gone: what runs goes on without breakpoints

  enum class State : std::uint8_t { halted, running, detached, killed };
  State state() const { return state_; }

 private:
  struct Threads {
    bool all;
    unsigned cpu;  // unless all
  };
  enum class PointKind : std::uint8_t { software_breakpoint, hardware_breakpoint, store_watch, fetch_watch, access_watch };
  struct Point {
    PointKind kind;
    std::uint64_t address, length;
    auto operator<=>(const Point&) const = default;
  };

  void handle(const Received& received);
  void answer_waiting();
  void send(std::string_view reply);
  std::optional<std::string> reply_to(std::string_view packet);
  std::optional<std::string> reply_to_letter(char letter, std::string_view text);

  std::string query(std::string_view text);
  std::string set(std::string_view text);
  std::string supported(std::string_view text);
  std::string transfer(std::string_view text);
  std::string monitor(std::string_view text);
  std::string extra_info(std::string_view text);
  std::string select(std::string_view text);
  std::string read_all_registers();
  std::string write_all_registers(std::string_view text);
  std::string read_one_register(std::string_view text);
  std::string write_one_register(std::string_view text);
  std::string read_memory(std::string_view text);
  std::string write_memory(std::string_view text);
  std::string write_binary(std::string_view text);
  std::string insert_or_remove(char letter, std::string_view text);

  std::optional<std::string> resume_by_letter(char letter, std::string_view text);
  std::optional<std::string> resume_by_threads(std::string_view text);
  void run(Resumption how);
  bool go_at(std::string_view address);
  void detach();
  cpu::StopPoints stop_points() const;
  unsigned continued_cpu() const { return continue_cpu_.value_or(stop_.cpu); }

  std::optional<Threads> parse_thread(std::string_view text) const;
  std::string stop_reply() const;

  Target& target_;
  Stop stop_;                             // the last one that was told
  State state_ = State::halted;
  unsigned cpu_ = stop_.cpu;              // of registers and memory: Hg
  std::optional<unsigned> continue_cpu_;  // named by Hc
  Memory memory_ = Memory::as_seen;
  std::set<Point> points_;
  PacketReader reader_;
  std::deque<Received> waiting_;          // came while the target ran
  std::string output_;
  std::string last_reply_;
  bool acknowledges_ = true;
  bool tells_breakpoints_ = false;        // the debugger understands "swbreak"
};

}  // namespace gdb
