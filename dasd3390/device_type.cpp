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
  Dasd3390::Provisioning provisioning = Dasd3390::Provisioning::full;
  std::optional<std::uint32_t> start, cylinders;
};

z::Result<std::uint32_t> parse_number(std::string_view name, std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    return z::failure("a number of cylinders is expected: {}={}", name, text);
  return number;
}

z::Result<Arguments> parse(std::string_view text) {
  Arguments result;
  for (const auto& [key, value] : channel::split_arguments(text)) {
    if (key == "file" && !value.empty()) {
      result.file = value;
    } else if (key == "ro" && value.empty()) {
      result.writing = Dasd3390::Writing::inhibited;
    } else if (key == "thin" && value.empty()) {
      result.provisioning = Dasd3390::Provisioning::thin;
    } else if (key == "start") {
      result.start = Z_TRY(parse_number(key, value));
    } else if (key == "cyls") {
      result.cylinders = Z_TRY(parse_number(key, value));
    } else {
      return z::failure("a 3390 knows file=PATH, ro, thin, start=N and cyls=N, not: {}", key);
    }
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
  return Z_TRY(Dasd3390::attach(std::move(volume), window, arguments.writing, arguments.provisioning));
}

z::Result<> register_types(channel::Registry& registry) { return registry.add("3390", make_device); }

}  // namespace dasd3390
