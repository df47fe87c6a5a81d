#include "unitrecord/device_types.h"

#include <charconv>
#include <optional>

#include "unitrecord/printer_1403.h"
#include "unitrecord/punch_3525.h"
#include "unitrecord/reader_3505.h"

namespace unitrecord {
namespace {

using DeviceResult = z::Result<std::unique_ptr<channel::Device>>;

DeviceResult make_3505(std::string_view arguments) {
  std::deque<Reader3505::Stack> hopper;
  for (const auto& [key, value] : channel::split_arguments(arguments)) {
    if ((key != "file" && key != "text") || value.empty())
      return z::failure("3505: expected file=PATH or text=PATH: \"{}={}\"", key, value);
    hopper.push_back({std::string{value}, Z_TRY(Deck::open(value, key == "file" ? Coding::image : Coding::text))});
  }
  return std::make_unique<Reader3505>(std::move(hopper));
}

DeviceResult make_3525(std::string_view arguments) {
  std::optional<Coding> coding;
  std::string path;
  auto start = Start::anew;
  for (const auto& [key, value] : channel::split_arguments(arguments)) {
    if ((key == "file" || key == "text") && !value.empty() && !coding) {
      coding = key == "file" ? Coding::image : Coding::text;
      path = value;
    } else if (key == "append" && value.empty()) {
      start = Start::append;
    } else {
      return z::failure("3525: expected one of file=PATH and text=PATH, or append: \"{}={}\"", key, value);
    }
  }
  if (!coding) return z::failure("3525: file=PATH or text=PATH is missing");
  return std::make_unique<Punch3525>(Z_TRY(OutputFile::open(path, start)), *coding);
}

std::optional<unsigned> parse_lines(std::string_view text) {
  unsigned lines = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), lines);
  if (error != std::errc{} || end != text.data() + text.size() || lines < 1 || lines > 180) return std::nullopt;
  return lines;
}

DeviceResult make_1403(std::string_view arguments) {
  std::string text, pdf;
  auto start = Start::anew;
  unsigned lines = 66, lines_per_inch = 6;
  for (const auto& [key, value] : channel::split_arguments(arguments)) {
    if (key == "text" && !value.empty()) text = value;
    else if (key == "pdf" && !value.empty()) pdf = value;
    else if (key == "append" && value.empty()) start = Start::append;
    else if (key == "lines" && parse_lines(value)) lines = *parse_lines(value);
    else if (key == "lpi" && (value == "6" || value == "8")) lines_per_inch = value == "6" ? 6 : 8;
    else return z::failure("1403: expected text=PATH, pdf=PATH, append, lines=1 to 180, lpi=6 or lpi=8: \"{}={}\"", key, value);
  }
  std::vector<std::unique_ptr<Printout>> printouts;
  if (!text.empty()) printouts.push_back(text_printout(Z_TRY(OutputFile::open(text, start))));
  if (!pdf.empty()) printouts.push_back(Z_TRY(pdf_printout(pdf)));
  if (printouts.empty()) return z::failure("1403: text=PATH or pdf=PATH is missing");
  auto name = text.empty() ? fmt::format("pdf={}", pdf) : fmt::format("text={}", text);
  return std::make_unique<Printer1403>(std::move(name), FormsControl{lines, lines_per_inch}, std::move(printouts));
}

}  // namespace

z::Result<> register_unit_record(channel::Registry& registry) {
  Z_CHECK(registry.add("3505", make_3505));
  Z_CHECK(registry.add("3525", make_3525));
  return registry.add("1403", make_1403);
}

}  // namespace unitrecord
