#include "cp/command/format.h"

#include <array>

namespace cp {
namespace {

struct Calendar {
  std::chrono::year_month_day date;
  std::chrono::weekday day;
  std::chrono::hh_mm_ss<std::chrono::seconds> time;
};

Calendar calendar(const TimeOfDay& when) {
  const auto local = std::chrono::sys_seconds{std::chrono::duration_cast<std::chrono::seconds>(when.utc)} + when.offset;
  const auto days = std::chrono::floor<std::chrono::days>(local);
  return {days, std::chrono::weekday{days}, std::chrono::hh_mm_ss{local - days}};
}

std::string clock_text(const Calendar& local) {
  return fmt::format("{:02}:{:02}:{:02}", local.time.hours().count(), local.time.minutes().count(),
                     local.time.seconds().count());
}

constexpr auto days_of_week =
    std::to_array<std::string_view>({"SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"});

}  // namespace

std::string show(z::DeviceNumber device) { return fmt::format("{:04X}", device.value); }

std::string show(z::Bytes size) {
  static constexpr auto units = std::to_array<char>({'E', 'P', 'T', 'G', 'M', 'K'});
  for (std::size_t i = 0; i < units.size(); ++i) {
    const auto unit = 1ULL << (10 * (units.size() - i));
    if (size.value >= unit && size.value % unit == 0) return fmt::format("{}{}", size.value / unit, units[i]);
  }
  return fmt::format("{}", size.value);
}

std::string clock_time(const TimeOfDay& time) { return clock_text(calendar(time)); }

std::string short_date(const TimeOfDay& time) {
  const auto local = calendar(time);
  return fmt::format("{:02}/{:02}/{:02}", static_cast<unsigned>(local.date.month()),
                     static_cast<unsigned>(local.date.day()), static_cast<int>(local.date.year()) % 100);
}

std::string weekday(const TimeOfDay& time) { return std::string{days_of_week[calendar(time).day.c_encoding()]}; }

std::string time_stamp(z::Nanoseconds utc, const TimeOfDay& here) {
  const auto local = calendar({utc, here.offset, here.zone});
  return fmt::format("{}-{:02}-{:02} {}", static_cast<int>(local.date.year()), static_cast<unsigned>(local.date.month()),
                     static_cast<unsigned>(local.date.day()), clock_text(local));
}

std::string moment(const TimeOfDay& time) {
  return fmt::format("AT {} {} {} {}", clock_time(time), time.zone, weekday(time), short_date(time));
}

std::string duration(std::chrono::seconds time) {
  const auto count = time.count();
  return fmt::format("{:02}:{:02}:{:02}", count / 3600, count / 60 % 60, count % 60);
}

std::string cpu_time(std::chrono::milliseconds time) {
  const auto hundredths = time.count() / 10;
  return fmt::format("{:03}:{:02}.{:02}", hundredths / 6000, hundredths / 100 % 60, hundredths % 100);
}

std::string_view name_of(SsiStatus::State state) {
  switch (state) {
    case SsiStatus::State::down: return "Down";
    case SsiStatus::State::joining: return "Joining";
    case SsiStatus::State::joined: return "Joined";
    case SsiStatus::State::leaving: return "Leaving";
    case SsiStatus::State::isolated: return "Isolated";
    case SsiStatus::State::suspended: return "Suspended";
    case SsiStatus::State::unknown: return "Unknown";
  }
  return "";
}

std::string_view name_of(SsiStatus::Mode mode) {
  switch (mode) {
    case SsiStatus::Mode::stable: return "Stable";
    case SsiStatus::Mode::influx: return "Influx";
    case SsiStatus::Mode::safe: return "Safe";
  }
  return "";
}

std::string UserMessage::line(std::string_view receiving_member) const {
  if (kind == Kind::message_without_header) return text;
  const auto* const header = kind == Kind::warning ? "WNG" : "MSG";
  const auto at = from_member == receiving_member ? std::string{} : fmt::format(" AT {}", from_member);
  return fmt::format("* {} FROM {:8}{} : {}", header, from, at, text);
}

}  // namespace cp
