#include "cp/pdr/formssi.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace cp::pdr {
namespace {

std::tm calendar(z::TodClock stamp) {
  const auto since_epoch = z::tod_duration(stamp.value - z::tod_of_unix_epoch);
  return fmt::gmtime(std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count());
}

std::string line(std::string_view subject, std::string_view attribute, std::string_view value) {
  return fmt::format("HCPPDF6619I {:<17}{:>10}: {}", subject, attribute, value);
}

}  // namespace

std::string short_time(z::TodClock stamp) { return fmt::format("{:%m/%d/%y %H:%M:%S}", calendar(stamp)); }
std::string long_time(z::TodClock stamp) { return fmt::format("{:%Y-%m-%d %H:%M:%S}", calendar(stamp)); }

std::vector<std::string> display(const Key& key, const Record& record, std::string_view device,
                                 std::string_view volume) {
  std::vector<std::string> lines{
      fmt::format("HCPPDF6618I Persistent Data Record on device {} (label {}) is for {}", device, volume,
                  key.ssi_name.text()),
      line("PDR", "state", is_locked(key) ? fmt::format("Locked by {}", key.locker.text()) : "Unlocked"),
      fmt::format("HCPPDF6619I {:>27}: {}", "time stamp", short_time(z::TodClock{key.stamp})),
      fmt::format("HCPPDF6619I {:>27}: {}", "cross-system timeouts",
                  record.timeouts == Timeouts::enabled ? "Enabled" : "Disabled")};
  for (std::size_t i = 0; i < record.members.size(); ++i) {
    const auto& member = record.members[i];
    if (member.is_available()) continue;
    lines.push_back(line(fmt::format("PDR slot {}", i + 1), "system", member.name));
    lines.push_back(fmt::format("HCPPDF6619I {:>27}: {}", "state", name_of(member.state)));
    if (member.stamp.value != 0)
      lines.push_back(fmt::format("HCPPDF6619I {:>27}: {}", "time stamp", short_time(member.stamp)));
    if (!member.last_changer.empty())
      lines.push_back(fmt::format("HCPPDF6619I {:>27}: {}", "last change", member.last_changer));
  }
  return lines;
}

}  // namespace cp::pdr
