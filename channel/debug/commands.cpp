// What operators and users of a debugger say to the I/O debugger.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "channel/data_area.h"
#include "channel/debug/debugger.h"
#include "channel/subsystem.h"
#include "channel/trace.h"
#include "channel/trace/forms.h"

namespace channel {
namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t bytes_shown = 64;

const Lines help{
    "break [at=start|command|unit-check] [device=0200-020F] [command=86] [record=C/H/R]  stop before a start, a command, at a record, on unit check",
    "fault device=0200 command=read|write|85+8D cylinder=5 nth=3 times=1 WHAT            WHAT: sense=HEX or name, delay_ms=, lose=interruption,",
    "                                                                                    missing_paths=80, or flip_byte=0 flip_mask=01",
    "faults FILE            rules of a TOML file, as [[fault]] tables",
    "list                   breakpoints and faults, and what stands",
    "delete NUMBER|all      one of them",
    "show [DEVICE]          the command that stands: CCW, data, status, sense",
    "set [DEVICE] ccw HEX | data OFFSET HEX | sense HEX   before it goes on",
    "step [DEVICE]          to the next command of its program",
    "go [DEVICE]            on",
    "trace [on [WHAT]|off]  the I/O trace: device=, command=, status=, to=FILE, format=text|json|pcapng, bytes="};

// "word rest of it": takes the word.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return word;
}

Lines lines_of(std::string_view text) {
  Lines lines;
  for (const auto line : split(text, "\n")) lines.emplace_back(line);
  return lines;
}

z::Result<std::vector<std::byte>> parse_bytes(std::string_view text, std::size_t most) {
  if (text.empty() || text.size() % 2 != 0 || text.size() / 2 > most)
    return z::failure("{}: write 1 to {} bytes in hexadecimal", text, most);
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) bytes.push_back(std::byte(Z_TRY(parse_number(text.substr(i, 2), 16, 0xFF))));
  return bytes;
}

class NoListener final : public PciListener {
  void program_controlled_interruption(std::uint32_t) override {}
};

}  // namespace

Lines IoDebugger::command(std::string_view text) {
  const auto verb = take_word(text);
  return run(verb, text);
}

Lines IoDebugger::run(std::string_view verb, std::string_view operands) {
  std::string word{verb};
  std::ranges::transform(word, word.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (word == "break") return add_break(operands);
  if (word == "fault") return add_fault(operands);
  if (word == "faults") return read_faults(operands);
  if (word == "list") return list();
  if (word == "delete") return remove(operands);
  if (word == "show") return show(operands);
  if (word == "set") return change(operands);
  if (word == "step") return release(operands, Onward::one_command);
  if (word == "go") return release(operands, Onward::freely);
  if (word == "trace") return trace(operands);
  return help;
}

Lines IoDebugger::add_break(std::string_view operands) {
  auto point = Breakpoint::parse(operands);
  if (!point) return {point.error().text()};
  z::Lock lock{lock_};
  const auto number = next_number_++;
  breakpoints_.emplace(number, *point);
  put_in_place();
  return {fmt::format("{}: break {}", number, point->text())};
}

Lines IoDebugger::add_fault(std::string_view operands) {
  auto rule = FaultRule::parse(operands);
  if (!rule) return {rule.error().text()};
  z::Lock lock{lock_};
  const auto number = next_number_++;
  faults_.emplace(number, Armed{*rule});
  put_in_place();
  return {fmt::format("{}: fault {}", number, rule->text())};
}

Lines IoDebugger::read_faults(std::string_view file) {
  const auto added = add_faults(std::filesystem::path{file});
  return {added ? fmt::format("{} faults from {}", *added, file) : added.error().text()};
}

z::Result<std::size_t> IoDebugger::add_faults(const std::filesystem::path& file) {
  const auto rules = Z_TRY(FaultRule::read(file));
  z::Lock lock{lock_};
  for (const auto& rule : rules) faults_.emplace(next_number_++, Armed{rule});
  put_in_place();
  return rules.size();
}

Lines IoDebugger::list() {
  z::Lock lock{lock_};
  Lines lines;
  for (const auto& [number, point] : breakpoints_) lines.push_back(fmt::format("{}: break {}", number, point.text()));
  for (const auto& [number, armed] : faults_)
    lines.push_back(fmt::format("{}: fault {} (matched {})", number, armed.rule.text(), armed.matched));
  for (const auto& [number, state] : devices_)
    if (state.held) lines.push_back(fmt::format("{:04X} stands {} {:02X} {}", number.value,
                                                state.held->where == Held::Where::before ? "before" : "behind",
                                                state.held->ccw.command, state.held->name));
  if (lines.empty()) lines.push_back("no breakpoints, no faults");
  return lines;
}

Lines IoDebugger::remove(std::string_view which) {
  z::Lock lock{lock_};
  if (which == "all") {
    breakpoints_.clear();
    faults_.clear();
  } else {
    const auto number = parse_number(which, 10, next_number_);
    if (!number) return {number.error().text()};
    const auto id = static_cast<unsigned>(*number);
    if (breakpoints_.erase(id) + faults_.erase(id) == 0) return {fmt::format("there is no {}", id)};
  }
  put_in_place();
  return {"deleted"};
}

// The named one, or the only one.
z::Result<z::DeviceNumber> IoDebugger::held_device(std::string_view text) const {
  std::optional<std::uint64_t> wanted;
  if (!text.empty()) wanted = Z_TRY(parse_number(text, 16, 0xFFFF));
  z::Lock lock{lock_};
  std::optional<z::DeviceNumber> found;
  for (const auto& [number, state] : devices_) {
    if (!state.held || (wanted && *wanted != number.value)) continue;
    if (found) return z::failure("several programs stand: name the device");
    found = number;
  }
  if (!found) return wanted ? z::failure("no program of {:04X} stands", *wanted) : z::failure("no program stands");
  return *found;
}

Lines IoDebugger::release(std::string_view device, Onward onward) {
  if (device.empty() && onward == Onward::freely) {
    go();
    return {"gone on"};
  }
  const auto number = held_device(device);
  if (!number) return {number.error().text()};
  release_one(*number, onward);
  return {fmt::format("{:04X} {}", number->value, onward == Onward::one_command ? "steps" : "gone on")};
}

Lines IoDebugger::show(std::string_view device) {
  const auto number = held_device(device);
  if (!number) return {number.error().text()};
  return lines_of(described(*number));
}

std::vector<std::byte> IoDebugger::area(const Held& held, std::size_t size) const {
  if (held.orb.has(Orb::transport_mode)) return {};
  constexpr std::uint8_t write = 0x01;
  NoListener listener;
  auto ccw = held.ccw;
  ccw.command = write;
  DataArea area{subsystem_.storage(), held.orb, ccw, listener, 0x80};
  std::vector<std::byte> bytes(size);
  bytes.resize(area.receive(bytes));
  return bytes;
}

// Through whatever indirect lists there are; what stands before the offset is stored as it was.
bool IoDebugger::set_area(const Held& held, std::size_t offset, std::span<const std::byte> bytes) {
  constexpr std::uint8_t read = 0x02;
  auto all = area(held, offset + bytes.size());
  if (all.size() < offset + bytes.size()) return false;
  std::ranges::copy(bytes, all.begin() + static_cast<std::ptrdiff_t>(offset));
  NoListener listener;
  auto ccw = held.ccw;
  ccw.command = read;
  ccw.flags &= static_cast<std::uint8_t>(~ccw_flag::skip);
  DataArea to{subsystem_.storage(), held.orb, ccw, listener, 0x80};
  return to.send(all) == all.size();
}

std::string IoDebugger::described(z::DeviceNumber number) {
  std::optional<Held> held;
  std::optional<Sense> sense;
  {
    z::Lock lock{lock_};
    held = devices_[number].held;
    sense = devices_[number].sense;
  }
  if (!held) return "";
  const auto& ccw = held->ccw;
  std::string text = fmt::format("{:04X} {} CCW {:08X}: {:02X} {} flags={} count={} address={:08X}", number.value,
                                 held->where == Held::Where::before ? "before" : "behind", ccw.location, ccw.command,
                                 held->name.empty() ? "?" : held->name, flags_text(ccw.flags), ccw.count, ccw.address);
  const auto data = area(*held, std::min<std::size_t>(ccw.count, TraceBytes::bytes_inside));
  for (std::size_t at = 0; at < std::min(data.size(), bytes_shown); at += 16)
    text += fmt::format("\n     +{:03X}  {}", at, hex_text(std::span{data}.subspan(at, std::min<std::size_t>(16, data.size() - at))));
  const bool has_words = held->vocabulary != nullptr;
  if (has_words && held->vocabulary->parameters != nullptr)
    if (const auto words = held->vocabulary->parameters(ccw.command, data); !words.empty()) text += "\n       " + words;
  if (held->where == Held::Where::after) text += "\n       status " + status_text(held->ending.status);
  if (!sense) return text;
  const auto bytes = std::as_bytes(std::span{sense->bytes}).first(sense->count);
  text += "\n       sense " + hex_text(bytes);
  if (has_words && held->vocabulary->sense != nullptr) text += "\n       " + held->vocabulary->sense(bytes);
  return text;
}

// set [DEVICE] ccw HEX | data OFFSET HEX | sense HEX
Lines IoDebugger::change(std::string_view operands) {
  auto words = split(operands, " ");
  const auto is_verb = [](std::string_view word) { return word == "ccw" || word == "data" || word == "sense"; };
  std::string_view device;
  if (!words.empty() && !is_verb(words.front())) {
    device = words.front();
    words.erase(words.begin());
  }
  const auto number = held_device(device);
  if (!number) return {number.error().text()};
  std::optional<Held> held;
  {
    z::Lock lock{lock_};
    held = devices_[*number].held;
  }
  const auto changed = held ? change_held(*number, *held, words) : z::failure("it has gone on");
  return changed ? lines_of(described(*number)) : Lines{changed.error().text()};
}

z::Result<> IoDebugger::change_held(z::DeviceNumber number, const Held& held, const std::vector<std::string_view>& words) {
  if (words.size() == 2 && words[0] == "ccw") {
    if (held.where != Held::Where::before) return z::failure("the command has been executed");
    const auto bytes = Z_TRY(parse_bytes(words[1], sizeof(Ccw1)));
    if (bytes.size() != sizeof(Ccw1)) return z::failure("{}: a CCW has 8 bytes", words[1]);
    if (!subsystem_.storage().contains({held.ccw.location}, bytes.size())) return z::failure("the CCW is not in storage");
    static_cast<void>(subsystem_.storage().patch({held.ccw.location}, bytes));
    return reread(number, bytes);
  }
  if (words.size() == 3 && words[0] == "data") {
    const auto offset = Z_TRY(parse_number(words[1], 16, 0xFFFF));
    if (!set_area(held, offset, Z_TRY(parse_bytes(words[2], 256)))) return z::failure("the data area does not reach so far");
    return {};
  }
  if (words.size() == 2 && words[0] == "sense") {
    Sense sense;
    const auto bytes = Z_TRY(parse_bytes(words[1], sense.bytes.size()));
    for (std::size_t i = 0; i < bytes.size(); ++i) sense.bytes[i] = std::to_integer<std::uint8_t>(bytes[i]);
    z::Lock lock{lock_};
    devices_[number].sense = sense;
    return {};
  }
  return z::failure("set [DEVICE] ccw HEX | data OFFSET HEX | sense HEX");
}

// The CCW as it stands in storage now, for those who look at it; the channel fetches it by itself.
z::Result<> IoDebugger::reread(z::DeviceNumber number, std::span<const std::byte> bytes) {
  const auto* device = subsystem_.device(number);  // under locks of its own, which come before this one
  z::Lock lock{lock_};
  auto& held = devices_[number].held;
  if (!held) return z::failure("it has gone on");
  const auto at = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
  auto& ccw = held->ccw;
  ccw.command = static_cast<std::uint8_t>(at(0));
  if (held->orb.has(Orb::format_1)) {
    ccw.flags = static_cast<std::uint8_t>(at(1));
    ccw.count = static_cast<std::uint16_t>(at(2) << 8 | at(3));
    ccw.address = at(4) << 24 | at(5) << 16 | at(6) << 8 | at(7);
  } else {
    ccw.address = at(1) << 16 | at(2) << 8 | at(3);
    ccw.flags = static_cast<std::uint8_t>(at(4));
    ccw.count = static_cast<std::uint16_t>(at(6) << 8 | at(7));
  }
  held->name = device == nullptr ? "" : std::string{device->command_name(ccw.command)};
  return {};
}

Lines IoDebugger::trace(std::string_view operands) {
  auto& trace = subsystem_.trace();
  auto rest = operands;
  const auto word = take_word(rest);
  if (word.empty()) {
    Lines lines;
    for (const auto& line : trace.lines()) std::ranges::copy(lines_of(line), std::back_inserter(lines));
    return lines;
  }
  if (word == "off" || word == "OFF") {
    trace.stop();
    return {"I/O trace off"};
  }
  const bool is_on = word == "on" || word == "ON";
  if (!is_on && !word.contains('=')) return {"trace [on [WHAT]|off]"};
  const auto request = TraceRequest::parse(is_on ? rest : operands);
  if (!request) return {request.error().text()};
  const TraceTarget target{trace, ""};
  if (const auto started = start_traces(*request, {&target, 1}, {}); !started) return {started.error().text()};
  return {request->file.empty() ? "I/O trace on; trace shows it" : fmt::format("I/O trace on, to {}", request->file)};
}

}  // namespace channel
