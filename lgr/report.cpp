#include "lgr/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lgr {
namespace {

double milliseconds(z::Nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      result += fmt::format("\\{}", c);
    else if (static_cast<unsigned char>(c) < 0x20)
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      result += c;
  }
  return result + '"';
}

std::string json_of(const PassReport& pass) {
  return fmt::format(
      R"({{"pass":{},"frames":{},"zero_pages":{},"bytes":{},"time_ms":{:.3f},"rate_mb_s":{:.1f},"dirty_pages":{}}})",
      pass.pass, pass.frames.value, pass.zero.value, pass.bytes.value, milliseconds(pass.time), pass.rate().value / 1e6,
      pass.dirty.value);
}

std::string json_of(const Blackout& parts) {
  return fmt::format(
      R"({{"park_ms":{:.3f},"io_drain_ms":{:.3f},"final_frames_ms":{:.3f},"state_ms":{:.3f},"commit_ms":{:.3f},"resume_ms":{:.3f}}})",
      milliseconds(parts.park), milliseconds(parts.io_drain), milliseconds(parts.final_frames),
      milliseconds(parts.state), milliseconds(parts.commit), milliseconds(parts.resume));
}

template <class T, class Member>
T sum(const std::vector<PassReport>& passes, Member member) {
  T total;
  for (const PassReport& pass : passes) total += pass.*member;
  return total;
}

}  // namespace

z::Pages Report::pages_sent() const { return sum<z::Pages>(passes, &PassReport::frames); }
z::Pages Report::zero_pages() const { return sum<z::Pages>(passes, &PassReport::zero); }
z::Bytes Report::bytes_sent() const { return sum<z::Bytes>(passes, &PassReport::bytes); }

std::string Report::status_word() const {
  if (stage == Stage::memory_move) return fmt::format("{} {}", word_of(stage), pass);
  return std::string{word_of(stage)};
}

std::string to_json(const Report& report) {
  std::vector<std::string> passes, lines;
  for (const PassReport& pass : report.passes) passes.push_back(json_of(pass));
  for (const std::string& line : report.lines) lines.push_back(quoted(line));
  return fmt::format(
      R"({{"userid":{},"from":{},"to":{},"outcome":{},"end_code":{},"reasons":[{}],"passes":{},"pages_sent":{},)"
      R"("zero_pages":{},"bytes_sent":{},"quiesce_ms":{:.3f},"total_ms":{:.3f},"pass_reports":[{}],"blackout":{}}})",
      quoted(report.userid), quoted(report.from), quoted(report.to), quoted(text_of(report.code)),
      static_cast<unsigned>(report.code), fmt::join(lines, ","), report.passes.size(), report.pages_sent().value,
      report.zero_pages().value, report.bytes_sent().value, milliseconds(report.quiesce), milliseconds(report.elapsed),
      fmt::join(passes, ","), json_of(report.blackout));
}

}  // namespace lgr
