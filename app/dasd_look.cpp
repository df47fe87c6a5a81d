// endicott dasd info, ls, cat, dump, check.
#include <fmt/format.h>
#include <sys/stat.h>

#include <charconv>
#include <cstdio>
#include <optional>

#include "app/dasd_commands.h"
#include "app/progress_bar.h"
#include "base/ebcdic.h"
#include "dasd3390/image/cckd_layout.h"
#include "dasd3390/image/ckd_header.h"
#include "dasd3390/tools/check.h"
#include "dasd3390/tools/data_set.h"

namespace app {
namespace {

using dasd3390::Access;
using dasd3390::Editor;
using dasd3390::Volume;

z::Result<Editor> open(const std::string& file) { return Editor::open(Z_TRY(Volume::open(file, Access::read))); }

CLI::App* add_with_file(CLI::App& dasd, const std::string& name, const std::string& what, std::string& file) {
  auto* command = dasd.add_subcommand(name, what);
  command->add_option("file", file, "Image")->required()->check(CLI::ExistingFile);
  return command;
}

std::string model_name(std::uint32_t cylinders) {
  for (const auto& model : dasd3390::models)
    if (model.cylinders == cylinders) return std::string{model.name};
  return cylinders > dasd3390::largest_compatible_cylinder_count ? "3390-A" : "3390";
}

z::Result<> show_compressed(const std::string& path) {
  const auto file = Z_TRY(dasd3390::ImageFile::open(path, Access::read));
  dasd3390::CkdHeader device_header;
  Z_CHECK(file.read(0, std::as_writable_bytes(std::span{&device_header, 1})));
  const auto kind = Z_TRY(dasd3390::kind_of(device_header));
  if (kind == dasd3390::CkdKind::plain || kind == dasd3390::CkdKind::plain_large) return {};
  const bool is_narrow = kind == dasd3390::CkdKind::compressed;
  const dasd3390::CckdLayout layout{file, is_narrow ? dasd3390::CckdForm::narrow : dasd3390::CckdForm::wide};
  const auto header = Z_TRY(layout.header());
  fmt::print("{}: {} bytes, {} used, {} free in {} areas, largest {}{}\n", is_narrow ? "CCKD" : "CCKD64", header.size,
             header.used, header.free, header.free_areas, header.largest_free,
             (header.options & dasd3390::CckdHeader::is_open) != 0 ? "; open, or was not closed" : "");
  return {};
}

z::Result<> info(const std::string& file) {
  const auto volume = Z_TRY(Volume::open(file, Access::read));
  const auto cylinders = volume->geometry().cylinders;
  const auto volser = Z_TRY(volume->volser());
  fmt::print("{}: {}, {} cylinders, {} tracks, volume {}\n", file, model_name(cylinders), cylinders,
             volume->geometry().tracks(), volser.empty() ? "without label" : volser);
  struct stat status{};
  if (::stat(file.c_str(), &status) == 0)
    fmt::print("{} bytes long, {} bytes on the host\n", status.st_size, status.st_blocks * 512);
  return show_compressed(file);
}

void add_info(CLI::App& dasd, Chosen& chosen) {
  auto file = std::make_shared<std::string>();
  add_with_file(dasd, "info", "Model, size, label and what it takes on the host", *file)
      ->callback([file, &chosen] { chosen.run = [file] { return finish(info(*file)); }; });
}

z::Result<> list(const std::string& file) {
  const auto disk = Z_TRY(open(file));
  fmt::print("{}  {} cylinders\n", Z_TRY(disk.volume().volser()), disk.geometry().cylinders);
  for (const auto& data_set : Z_TRY(dasd3390::list_data_sets(disk))) {
    fmt::print("{:<44}", data_set.name);
    for (const auto& [first, last] : data_set.extents)
      fmt::print("  {}/{}-{}/{}", first.cylinder, first.head, last.cylinder, last.head);
    fmt::print("\n");
  }
  return {};
}

void add_ls(CLI::App& dasd, Chosen& chosen) {
  auto file = std::make_shared<std::string>();
  add_with_file(dasd, "ls", "List the data sets of a volume", *file)
      ->callback([file, &chosen] { chosen.run = [file] { return finish(list(*file)); }; });
}

struct CatRequest {
  std::string file, name;
  unsigned card = 0;
};

// Card images become lines of text; other records go out as they are.
z::Result<> put_out(std::span<const std::byte> data, unsigned card) {
  if (card == 0) {
    if (std::fwrite(data.data(), 1, data.size(), stdout) != data.size()) return z::failure("write to standard output failed");
    return {};
  }
  for (std::size_t at = 0; at < data.size(); at += card) {
    std::string line;
    for (const auto b : data.subspan(at, std::min<std::size_t>(card, data.size() - at)))
      line += z::from_ebcdic(std::to_integer<std::uint8_t>(b));
    line.erase(line.find_last_not_of(' ') + 1);
    if (std::puts(line.c_str()) < 0) return z::failure("write to standard output failed");
  }
  return {};
}

z::Result<> cat(const CatRequest& request) {
  const auto disk = Z_TRY(open(request.file));
  const auto bracket = request.name.find('(');
  const auto data_set = Z_TRY(dasd3390::find_data_set(disk, request.name.substr(0, bracket)));
  const auto sink = [&](std::span<const std::byte> data) { return put_out(data, request.card); };
  if (bracket == std::string::npos) return dasd3390::read_data_set(disk, data_set, sink, {});
  const auto member = request.name.substr(bracket + 1, request.name.find(')') - bracket - 1);
  if (member != "?") return dasd3390::read_member(disk, data_set, member, sink);
  for (const auto& known : Z_TRY(dasd3390::list_members(disk, data_set))) fmt::print("{}\n", known.name);
  return {};
}

void add_cat(CLI::App& dasd, Chosen& chosen) {
  auto request = std::make_shared<CatRequest>();
  auto* command = add_with_file(dasd, "cat", "Write the records of a data set, partition or member to standard output", request->file);
  command->add_option("name", request->name, "DATA.SET.NAME, DATA.SET.NAME(MEMBER), or (?) for the members")->required();
  command->add_option("--cards", request->card, "Records hold cards of so many bytes of EBCDIC: write lines of text")
      ->expected(0, 1)->default_str("80");
  command->callback([request, &chosen] { chosen.run = [request] { return finish(cat(*request)); }; });
}

// "0/1": cylinder and head.
z::Result<dasd3390::TrackAddress> parse_track(const std::string& text) {
  const auto slash = text.find('/');
  dasd3390::TrackAddress at;
  const char* end = text.data() + text.size();
  const auto cylinder = std::from_chars(text.data(), end, at.cylinder);
  if (slash == std::string::npos || cylinder.ptr != text.data() + slash ||
      std::from_chars(text.data() + slash + 1, end, at.head).ptr != end)
    return z::failure("a track is CYLINDER/HEAD, for example 0/1: {}", text);
  return at;
}

z::Result<> dump(const std::string& file, const std::string& track) {
  const auto disk = Z_TRY(open(file));
  fmt::print("{}", dasd3390::dump_track(Z_TRY(disk.read_track(Z_TRY(parse_track(track))))));
  return {};
}

void add_dump(CLI::App& dasd, Chosen& chosen) {
  struct Request { std::string file, track; };
  auto request = std::make_shared<Request>();
  auto* command = add_with_file(dasd, "dump", "Show the records of a track", request->file);
  command->add_option("track", request->track, "CYLINDER/HEAD")->required();
  command->callback([request, &chosen] { chosen.run = [request] { return finish(dump(request->file, request->track)); }; });
}

z::Result<bool> check(const std::string& file, dasd3390::Repair repair) {
  const auto report = Z_TRY(dasd3390::check_volume(file, repair, progress_bar("reading tracks")));
  for (const auto& finding : report.findings) fmt::print("{}\n", finding);
  for (const auto number : report.damaged) {
    const auto at = dasd3390::address_of(number);
    fmt::print("track {}/{} cannot be read{}\n", at.cylinder, at.head, report.is_repaired ? ": it is empty now" : "");
  }
  fmt::print("{} tracks, {} written, {} damaged{}\n", report.tracks, report.written, report.damaged.size(),
             report.is_repaired ? "; repaired" : "");
  return report.is_sound() || report.is_repaired;
}

void add_check(CLI::App& dasd, Chosen& chosen) {
  struct Request { std::string file; bool repair = false; };
  auto request = std::make_shared<Request>();
  auto* command = add_with_file(dasd, "check", "Read every track; status 1 when something is wrong", request->file);
  command->add_flag("--repair", request->repair, "Mend what can be; tracks that cannot be read become empty");
  command->callback([request, &chosen] {
    chosen.run = [request] {
      const auto is_sound = check(request->file, request->repair ? dasd3390::Repair::yes : dasd3390::Repair::no);
      if (!is_sound) return fail(is_sound.error().text());
      return *is_sound ? 0 : 1;
    };
  });
}

}  // namespace

void add_dasd_look(CLI::App& dasd, Chosen& chosen) {
  add_info(dasd, chosen);
  add_ls(dasd, chosen);
  add_cat(dasd, chosen);
  add_dump(dasd, chosen);
  add_check(dasd, chosen);
}

}  // namespace app
