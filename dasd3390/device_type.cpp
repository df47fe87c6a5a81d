#include "dasd3390/device_type.h"

#include <charconv>
#include <optional>
#include <string>

#include "dasd3390/dasd3390.h"

namespace dasd3390 {
namespace {

struct Arguments {
  std::string file;
  Dasd3390::Writing writing = Dasd3390::Writing::allowed;
  std::optional<std::uint32_t> start, cylinders;
};

z::Result<std::uint32_t> parse_number(std::string_view name, std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    return z::failure("a number of cylinders is expected: {}={}", name, text);
  return number;
}

z::Result<> parse_argument(std::string_view argument, Arguments& into) {
  const auto equals = argument.find('=');
  const auto name = argument.substr(0, equals);
  const auto value = equals == std::string_view::npos ? std::string_view{} : argument.substr(equals + 1);
  if (name == "file" && !value.empty())
    into.file = value;
  else if (argument == "ro")
    into.writing = Dasd3390::Writing::inhibited;
  else if (name == "start")
    into.start = Z_TRY(parse_number(name, value));
  else if (name == "cyls")
    into.cylinders = Z_TRY(parse_number(name, value));
  else
    return z::failure("a 3390 knows file=PATH, ro, start=N and cyls=N, not: {}", argument);
  return {};
}

z::Result<Arguments> parse(std::string_view text) {
  Arguments result;
  while (!text.empty()) {
    const auto comma = text.find(',');
    Z_CHECK(parse_argument(text.substr(0, comma), result));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  if (result.file.empty()) return z::failure("a 3390 needs file=PATH");
  return result;
}

}  // namespace

z::Result<std::unique_ptr<channel::Device>> make_device(std::string_view text) {
  const auto arguments = Z_TRY(parse(text));
  const auto access = arguments.writing == Dasd3390::Writing::inhibited ? Access::read : Access::best;
  auto volume = Z_TRY(Volume::open(arguments.file, access));
  const auto all = volume->geometry().cylinders;
  const auto start = arguments.start.value_or(0);
  const Window window{start, arguments.cylinders.value_or(start < all ? all - start : 0)};
  return Z_TRY(Dasd3390::attach(std::move(volume), window, arguments.writing));
}

}  // namespace dasd3390
