#pragma once

#include <string>

#include "cp/command/system_status.h"

namespace cp {

// "4 hexadecimal digits" of a device, as every response shows it.
std::string show(z::DeviceNumber device);
// "64M", "1G": in the largest unit that divides it.
std::string show(z::Bytes size);
// "16:40:03", "05/31/13", "FRIDAY" of local time.
std::string clock_time(const TimeOfDay& time);
std::string short_date(const TimeOfDay& time);
std::string weekday(const TimeOfDay& time);
// "2013-05-31 16:40:03" of a time in UTC, in the zone of `here`.
std::string time_stamp(z::Nanoseconds utc, const TimeOfDay& here);
// "AT 10:20:30 EDT MONDAY 06/03/13".
std::string moment(const TimeOfDay& time);
// "00:12:04".
std::string duration(std::chrono::seconds time);
// "000:00.21".
std::string cpu_time(std::chrono::milliseconds time);

std::string_view name_of(SsiStatus::State state);
std::string_view name_of(SsiStatus::Mode mode);

}  // namespace cp
