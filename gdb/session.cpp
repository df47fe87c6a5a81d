// What each packet means: GDB's manual, appendix "GDB Remote Serial Protocol".
#include "gdb/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "gdb/hex.h"
#include "gdb/registers.h"

namespace gdb {
namespace {

constexpr std::string_view ok = "OK";
const std::string refused = "E14";    // as QEMU: no such storage or register
const std::string malformed = "E22";  // as QEMU: invalid argument
constexpr std::uint64_t packet_size = PacketReader::limit;

std::string thread_id(unsigned cpu) { return fmt::format("{:02x}", cpu + 1); }

}  // namespace

// To be stopped by connecting is no interruption that the debugger asked for.
Session::Session(Target& target, Stop stop) : target_(target), stop_(stop) {
  if (stop_.cause == Stop::Cause::interrupted) stop_.cause = Stop::Cause::step;
}

std::string Session::receive(std::string_view bytes) {
  reader_.add(bytes);
  while (auto received = reader_.next()) {
    if (state_ == State::running && received->kind != Received::Kind::interrupt) waiting_.push_back(std::move(*received));
    else handle(*received);
    answer_waiting();
  }
  return std::exchange(output_, {});
}

std::string Session::look() {
  if (state_ == State::running) {
    if (const auto stop = target_.stopped()) {
      stop_ = *stop;
      state_ = State::halted;
      cpu_ = stop_.cpu;
      send(stop_reply());
      answer_waiting();
    }
  }
  return std::exchange(output_, {});
}

void Session::answer_waiting() {
  while (state_ != State::running && !waiting_.empty()) {
    const Received first = std::move(waiting_.front());
    waiting_.pop_front();
    handle(first);
  }
}

void Session::handle(const Received& received) {
  using Kind = Received::Kind;
  switch (received.kind) {
    case Kind::interrupt:
      if (state_ != State::running) return;  // it stopped by itself, and has said so
      stop_ = target_.interrupt();
      state_ = State::halted;
      cpu_ = stop_.cpu;
      send(stop_reply());
      return;
    case Kind::resend: output_ += last_reply_; return;
    case Kind::damaged:
      if (acknowledges_) output_ += '-';
      else send(malformed);
      return;
    case Kind::too_long:
      if (acknowledges_) output_ += '+';
      send(malformed);
      return;
    case Kind::packet: break;
  }
  if (acknowledges_) output_ += '+';
  if (const auto reply = reply_to(received.data)) send(*reply);
}

void Session::send(std::string_view reply) {
  last_reply_ = framed(reply);
  output_ += last_reply_;
}

// No reply now: the target runs, and its stop is the answer.
std::optional<std::string> Session::reply_to(std::string_view packet) {
  if (packet == "?") return stop_reply();
  if (packet == "vCont?") return "vCont;c;C;s;S";
  if (packet.starts_with("vCont")) return resume_by_threads(packet.substr(5));
  if (packet == "k" || packet.starts_with("vKill;")) {
    state_ = State::killed;
    if (packet == "k") return std::nullopt;
    return std::string{ok};
  }
  if (packet == "D" || packet.starts_with("D;")) {
    send(ok);
    detach();
    return std::nullopt;
  }
  if (packet.empty()) return "";
  return reply_to_letter(packet.front(), packet.substr(1));
}

std::optional<std::string> Session::reply_to_letter(char letter, std::string_view text) {
  switch (letter) {
    case 'q': return query(text);
    case 'Q': return set(text);
    case 'H': return select(text);
    case 'T': {
      const auto thread = parse_thread(text);
      return thread && !thread->all ? std::string{ok} : malformed;
    }
    case 'g': return text.empty() ? read_all_registers() : malformed;
    case 'G': return write_all_registers(text);
    case 'p': return read_one_register(text);
    case 'P': return write_one_register(text);
    case 'm': return read_memory(text);
    case 'M': return write_memory(text);
    case 'X': return write_binary(text);
    case 'Z':
    case 'z': return insert_or_remove(letter, text);
    case 'c':
    case 'C':
    case 's':
    case 'S': return resume_by_letter(letter, text);
    default: return "";
  }
}

std::string Session::query(std::string_view text) {
  if (text.starts_with("Supported")) return supported(text.substr(9));
  if (text.starts_with("Xfer:features:read:")) return transfer(text.substr(19));
  if (text.starts_with("Rcmd,")) return monitor(text.substr(5));
  if (text.starts_with("ThreadExtraInfo,")) return extra_info(text.substr(16));
  if (text == "C") return "QC" + thread_id(cpu_);
  if (text == "fThreadInfo") {
    std::string reply = "m";
    for (unsigned cpu = 0; cpu < target_.cpu_count(); ++cpu) reply += (cpu == 0 ? "" : ",") + thread_id(cpu);
    return reply;
  }
  if (text == "sThreadInfo") return "l";
  if (text == "Attached" || text.starts_with("Attached:")) return "1";
  if (text == "qemu.PhyMemMode") return memory_ == Memory::absolute ? "1" : "0";
  return "";
}

std::string Session::set(std::string_view text) {
  if (text == "StartNoAckMode") {
    acknowledges_ = false;
    return std::string{ok};
  }
  if (text.starts_with("qemu.PhyMemMode:")) {
    text.remove_prefix(16);
    if (text != "0" && text != "1") return malformed;
    memory_ = text == "1" ? Memory::absolute : Memory::as_seen;
    return std::string{ok};
  }
  return "";
}

std::string Session::supported(std::string_view text) {
  while (!text.empty()) {
    const auto feature = take_until(text, ';');
    if (feature == "swbreak+" || feature == ":swbreak+") tells_breakpoints_ = true;
  }
  return fmt::format("PacketSize={:x};qXfer:features:read+;QStartNoAckMode+;vContSupported+;swbreak+;hwbreak+", packet_size);
}

// "annex:offset,length"; the reply begins with m while there is more and with l when there is not.
std::string Session::transfer(std::string_view text) {
  const auto content = description(take_until(text, ':'));
  const auto offset = parse_number(take_until(text, ',')), length = parse_number(text);
  if (!offset || !length) return malformed;
  if (!content) return "E00";
  if (*offset >= content->size()) return "l";
  const auto part = content->substr(*offset, std::min(*length, packet_size / 2));
  return (*offset + part.size() < content->size() ? "m" : "l") + part;
}

std::string Session::monitor(std::string_view text) {
  const auto command = parse_bytes(text);
  if (!command) return malformed;
  std::string_view rest;
  const std::string answer = target_.monitor(cpu_, *command);
  for (rest = answer; !rest.empty(); rest.remove_prefix(std::min<std::size_t>(rest.size(), packet_size / 4)))
    send("O" + hex(rest.substr(0, packet_size / 4)));
  return std::string{ok};
}

std::string Session::extra_info(std::string_view text) {
  const auto thread = parse_thread(text);
  if (!thread || thread->all) return malformed;
  return hex(target_.cpu_description(thread->cpu));
}

std::string Session::select(std::string_view text) {
  if (text.empty()) return malformed;
  const char what = text.front();
  const auto thread = parse_thread(text.substr(1));
  if (!thread || (what != 'g' && what != 'c')) return malformed;
  if (what == 'c') continue_cpu_ = thread->all ? std::nullopt : std::optional{thread->cpu};
  else if (!thread->all) cpu_ = thread->cpu;
  return std::string{ok};
}

std::string Session::read_all_registers() {
  std::string reply;
  for (unsigned n = 0; n < registers().size(); ++n) reply += hex(target_.read_register(cpu_, n));
  return reply;
}

// As many registers as the packet has, from the first on: GDB sends those it knows.
std::string Session::write_all_registers(std::string_view text) {
  auto bytes = parse_bytes(text);
  if (!bytes || bytes->empty()) return malformed;
  std::string_view rest = *bytes;
  for (unsigned n = 0; n < registers().size() && !rest.empty(); ++n) {
    const std::size_t size = registers()[n].bits / 8;
    if (rest.size() < size) return malformed;
    if (!target_.write_register(cpu_, n, rest.substr(0, size))) return refused;
    rest.remove_prefix(size);
  }
  return rest.empty() ? std::string{ok} : malformed;
}

std::string Session::read_one_register(std::string_view text) {
  const auto number = parse_number(text);
  if (!number) return malformed;
  return *number < registers().size() ? hex(target_.read_register(cpu_, static_cast<unsigned>(*number))) : refused;
}

std::string Session::write_one_register(std::string_view text) {
  const auto number = parse_number(take_until(text, '='));
  const auto bytes = parse_bytes(text);
  if (!number || !bytes) return malformed;
  if (*number >= registers().size()) return refused;
  if (bytes->size() != registers()[*number].bits / 8) return malformed;
  return target_.write_register(cpu_, static_cast<unsigned>(*number), *bytes) ? std::string{ok} : refused;
}

std::string Session::read_memory(std::string_view text) {
  const auto address = parse_number(take_until(text, ',')), length = parse_number(text);
  if (!address || !length || *length > packet_size / 2) return malformed;
  const auto bytes = target_.read_memory(cpu_, memory_, *address, *length);
  return bytes ? hex(*bytes) : refused;
}

std::string Session::write_memory(std::string_view text) {
  const auto address = parse_number(take_until(text, ',')), length = parse_number(take_until(text, ':'));
  const auto bytes = parse_bytes(text);
  if (!address || !length || !bytes || bytes->size() != *length) return malformed;
  return target_.write_memory(cpu_, memory_, *address, *bytes) ? std::string{ok} : refused;
}

std::string Session::write_binary(std::string_view text) {
  const auto address = parse_number(take_until(text, ',')), length = parse_number(take_until(text, ':'));
  if (!address || !length || text.size() != *length) return malformed;
  return target_.write_memory(cpu_, memory_, *address, text) ? std::string{ok} : refused;
}

// "type,address,kind", conditions and commands of GDB left aside: none were promised.
std::string Session::insert_or_remove(char letter, std::string_view text) {
  constexpr auto last_kind = static_cast<std::uint64_t>(PointKind::access_watch);
  const auto type = parse_number(take_until(text, ',')), address = parse_number(take_until(text, ','));
  const auto length = parse_number(take_until(text, ';'));
  if (!type || !address || !length) return malformed;
  if (*type > last_kind) return "";
  const auto kind = static_cast<PointKind>(*type);
  const bool watches = kind >= PointKind::store_watch;
  if (watches ? *length == 0 || *address > ~*length : *address % 2 != 0) return malformed;
  const Point point{kind, *address, watches ? *length : 2};
  if (letter == 'Z') points_.insert(point);
  else points_.erase(point);
  return std::string{ok};
}

cpu::StopPoints Session::stop_points() const {
  cpu::StopPoints result;
  for (const Point& point : points_) {
    switch (point.kind) {
      case PointKind::store_watch: result.watches.push_back({point.address, point.length, cpu::WatchKind::store}); break;
      case PointKind::fetch_watch: result.watches.push_back({point.address, point.length, cpu::WatchKind::fetch}); break;
      case PointKind::access_watch: result.watches.push_back({point.address, point.length, cpu::WatchKind::access}); break;
      default: result.breakpoints.insert(point.address); break;
    }
  }
  return result;
}

bool Session::go_at(std::string_view address) {
  if (address.empty()) return true;
  const auto value = parse_number(address);
  if (!value) return false;
  constexpr unsigned psw_address_number = 1;
  std::string bytes(8, '\0');
  for (unsigned n = 0; n < 8; ++n) bytes[n] = static_cast<char>(*value >> (56 - 8 * n));
  return target_.write_register(continued_cpu(), psw_address_number, bytes);
}

// "c [address]", "C signal[;address]" and the same with s: signals mean nothing to a machine.
std::optional<std::string> Session::resume_by_letter(char letter, std::string_view text) {
  if (letter == 'C' || letter == 'S') {
    if (!parse_number(take_until(text, ';'))) return malformed;
  }
  if (!go_at(text)) return malformed;
  Resumption how{.actions = std::vector(target_.cpu_count(), Action::go)};
  if (letter == 's' || letter == 'S') {
    how.actions[continued_cpu()] = Action::step;
    how.start |= 1ull << continued_cpu();
  }
  if (continue_cpu_) how.start |= 1ull << *continue_cpu_;
  run(std::move(how));
  return std::nullopt;
}

// ";action[:thread]...": for each CPU the leftmost that names it; CPUs that none names stand.
std::optional<std::string> Session::resume_by_threads(std::string_view text) {
  if (text.empty() || text.front() != ';') return malformed;
  text.remove_prefix(1);
  Resumption how{.actions = std::vector(target_.cpu_count(), Action::stay)};
  std::uint64_t named = 0;
  while (!text.empty()) {
    auto item = take_until(text, ';');
    const auto action = take_until(item, ':');
    const auto thread = item.empty() ? std::optional{Threads{.all = true, .cpu = 0}} : parse_thread(item);
    if (action.empty() || !thread) return malformed;
    const char letter = action.front();
    const bool has_signal = letter == 'C' || letter == 'S';
    if (std::string_view{"cCsS"}.find(letter) == std::string_view::npos) return malformed;
    if (has_signal ? !parse_number(action.substr(1)) : action.size() != 1) return malformed;
    for (unsigned cpu = 0; cpu < target_.cpu_count(); ++cpu) {
      if ((named >> cpu & 1) != 0 || (!thread->all && thread->cpu != cpu)) continue;
      named |= 1ull << cpu;
      how.actions[cpu] = letter == 's' || letter == 'S' ? Action::step : Action::go;
      if (!thread->all) how.start |= 1ull << cpu;
    }
  }
  if (named == 0) return malformed;
  run(std::move(how));
  return std::nullopt;
}

void Session::run(Resumption how) {
  how.points = stop_points();
  state_ = State::running;
  target_.resume(how);
}

void Session::leave() {
  if (state_ != State::running) return;
  if (target_.interrupt().cause == Stop::Cause::interrupted) detach();
}

void Session::detach() {
  points_.clear();
  target_.resume({.actions = std::vector(target_.cpu_count(), Action::go), .points = {}});
  state_ = State::detached;
}

// "n", "pP.n" or "pP"; 0 is any thread and -1 all of them. There is one process, 1.
std::optional<Session::Threads> Session::parse_thread(std::string_view text) const {
  if (text.starts_with('p')) {
    text.remove_prefix(1);
    const auto process = take_until(text, '.');
    if (process != "-1" && process != "0" && parse_number(process) != 1) return std::nullopt;
    if (text.empty()) text = "-1";
  }
  if (text == "-1") return Threads{.all = true, .cpu = 0};
  const auto number = parse_number(text);
  if (!number || *number > target_.cpu_count()) return std::nullopt;
  if (*number == 0) return Threads{.all = true, .cpu = 0};
  return Threads{.all = false, .cpu = static_cast<unsigned>(*number - 1)};
}

std::string Session::stop_reply() const {
  constexpr std::string_view watch_names[] = {"watch", "rwatch", "awatch"};
  std::string reply = stop_.cause == Stop::Cause::interrupted ? "T02" : "T05";
  if (stop_.cause == Stop::Cause::watchpoint)
    reply += fmt::format("{}:{:x};", watch_names[static_cast<unsigned>(stop_.kind)], stop_.address);
  if (stop_.cause == Stop::Cause::breakpoint && tells_breakpoints_) reply += "swbreak:;";
  return reply + fmt::format("thread:{};", thread_id(stop_.cpu));
}

}  // namespace gdb
