// endicott dasd: volumes and minidisks on the host.
#include <fmt/format.h>

#include <charconv>

#include "app/commands.h"
#include "app/dasd_cp.h"
#include "dasd3390/tools/create.h"
#include "dasd3390/tools/list.h"
#include "lpar/ipl_text.h"

namespace app {
namespace {

using dasd3390::Access;
using dasd3390::Editor;
using dasd3390::Volume;

int finish(const z::Result<>& result) { return result ? 0 : fail(result.error().text()); }

z::Result<Editor> open(const std::string& file, Access access) { return Editor::open(Z_TRY(Volume::open(file, access))); }

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

void add_create(CLI::App& dasd, Chosen& chosen) {
  struct Request { std::string file, model = "3390-3", volser; };
  auto request = std::make_shared<Request>();
  auto* command = dasd.add_subcommand("create", "Make a new volume: label and an empty VTOC");
  command->add_option("file", request->file, "Image to create")->required();
  command->add_option("--model", request->model, "3390-1, -2, -3, -9, -27 or -54")->capture_default_str();
  command->add_option("--volser", request->volser, "Volume serial, 1 to 6 characters")->required();
  command->callback([request, &chosen] {
    chosen.run = [request] {
      const auto model = dasd3390::find_model(request->model);
      if (!model) return fail(fmt::format("no model {}; these are: 3390-1 3390-2 3390-3 3390-9 3390-27 3390-54", request->model));
      return finish(dasd3390::create_volume(request->file, {.geometry = {model->cylinders}, .volser = request->volser}));
    };
  });
}

z::Result<> list(const std::string& file) {
  const auto disk = Z_TRY(open(file, Access::read));
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
  auto* command = dasd.add_subcommand("ls", "List the data sets of a volume");
  command->add_option("file", *file, "Image")->required()->check(CLI::ExistingFile);
  command->callback([file, &chosen] { chosen.run = [file] { return finish(list(*file)); }; });
}

z::Result<> dump(const std::string& file, const std::string& track) {
  const auto disk = Z_TRY(open(file, Access::read));
  fmt::print("{}", dasd3390::dump_track(Z_TRY(disk.read_track(Z_TRY(parse_track(track))))));
  return {};
}

void add_dump(CLI::App& dasd, Chosen& chosen) {
  struct Request { std::string file, track; };
  auto request = std::make_shared<Request>();
  auto* command = dasd.add_subcommand("dump", "Show the records of a track");
  command->add_option("file", request->file, "Image")->required()->check(CLI::ExistingFile);
  command->add_option("track", request->track, "CYLINDER/HEAD")->required();
  command->callback([request, &chosen] { chosen.run = [request] { return finish(dump(request->file, request->track)); }; });
}

struct IplRequest {
  std::string file, program;
  std::uint32_t start = 0, cylinders = 0;
};

z::Result<> write_ipl(const IplRequest& request) {
  auto volume = Z_TRY(Volume::open(request.file, Access::write));
  const auto whole = volume->geometry().cylinders;
  if (request.start >= whole || request.cylinders > whole - request.start)
    return z::failure("cylinders {} to {} are not all on a volume of {}", request.start, request.start + request.cylinders, whole);
  const dasd3390::Window window{request.start, request.cylinders == 0 ? whole - request.start : request.cylinders};
  auto disk = Z_TRY(Editor::open(std::move(volume), window));
  return lpar::write_ipl_text(disk, Z_TRY(lpar::read_elf(request.program)));
}

void add_write_ipl(CLI::App& dasd, Chosen& chosen) {
  auto request = std::make_shared<IplRequest>();
  auto* command = dasd.add_subcommand("write-ipl", "Make a volume or a minidisk one that IPLs a program");
  command->add_option("file", request->file, "Image")->required()->check(CLI::ExistingFile);
  command->add_option("program", request->program, "ELF64 s390x program")->required()->check(CLI::ExistingFile);
  command->add_option("--start", request->start, "First cylinder of the minidisk")->capture_default_str();
  command->add_option("--cylinders", request->cylinders, "Its size (default: to the end of the volume)");
  command->callback([request, &chosen] { chosen.run = [request] { return finish(write_ipl(*request)); }; });
}

}  // namespace

void add_dasd(CLI::App& program, Chosen& chosen) {
  auto* dasd = program.add_subcommand("dasd", "Make, mark, list and look into 3390 volumes");
  dasd->require_subcommand(1);
  add_create(*dasd, chosen);
  add_ls(*dasd, chosen);
  add_dump(*dasd, chosen);
  add_write_ipl(*dasd, chosen);
  add_cpfmtxa(*dasd, chosen);
  add_formssi(*dasd, chosen);
}

}  // namespace app
