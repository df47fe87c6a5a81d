// endicott dasd: volumes and minidisks on the host.
#include <fmt/format.h>

#include "app/commands.h"
#include "app/dasd_commands.h"
#include "app/dasd_cp.h"
#include "app/progress_bar.h"
#include "dasd3390/tools/create.h"
#include "lpar/ipl_text.h"

namespace app {
namespace {

using dasd3390::Access;
using dasd3390::Editor;
using dasd3390::Volume;

z::Result<Editor> open(const std::string& file, Access access) { return Editor::open(Z_TRY(Volume::open(file, access))); }

z::Result<dasd3390::Geometry> geometry_of(const std::string& model, std::uint32_t cylinders) {
  if (cylinders != 0) return dasd3390::Geometry{cylinders};
  if (const auto found = dasd3390::find_model(model)) return dasd3390::Geometry{found->cylinders};
  if (model == "3390-A") return z::failure("a 3390-A has as many cylinders as --cylinders says");
  return z::failure("no model {}; these are: 3390-1 3390-2 3390-3 3390-9 3390-27 3390-54 3390-A", model);
}

struct CreateRequest {
  std::string file, model = "3390-3", volser, format = "plain";
  std::uint32_t cylinders = 0;
  bool is_written = false;
};

z::Result<> create(const CreateRequest& request) {
  return dasd3390::create_volume(
      request.file,
      {.geometry = Z_TRY(geometry_of(request.model, request.cylinders)),
       .volser = request.volser,
       .empty_tracks = request.is_written ? dasd3390::EmptyTracks::written : dasd3390::EmptyTracks::holes,
       .format = image_formats.at(request.format)},
      progress_bar("writing tracks"));
}

void add_create(CLI::App& dasd, Chosen& chosen) {
  auto request = std::make_shared<CreateRequest>();
  auto* command = dasd.add_subcommand("create", "Make a new volume: label and an empty VTOC");
  command->add_option("file", request->file, "Image to create")->required();
  command->add_option("--model", request->model, "3390-1, -2, -3, -9, -27, -54 or -A")->capture_default_str();
  command->add_option("--cylinders", request->cylinders, "Size in cylinders instead of a model's, up to 1182006");
  command->add_option("--volser", request->volser, "Volume serial, 1 to 6 characters")->required();
  command->add_option("--format", request->format, "plain, cckd (compressed) or cckd64")
      ->check(CLI::IsMember(image_format_names()))->capture_default_str();
  command->add_flag("--written", request->is_written, "Lay all empty tracks down, for Hercules, which knows no holes");
  command->callback([request, &chosen] { chosen.run = [request] { return finish(create(*request)); }; });
}

struct FormatRequest {
  std::string file, volser, owner;
  std::uint16_t block = 4096;
  bool is_certain = false;
};

z::Result<> format(const FormatRequest& request) {
  auto volume = Z_TRY(Volume::open(request.file, Access::write));
  const auto old = volume->volser().value_or("");
  if (!old.empty() && !request.is_certain) return z::failure("{} is labelled {}: --yes formats it", request.file, old);
  auto disk = Z_TRY(Editor::open(std::move(volume)));
  constexpr std::uint32_t label_tracks = 2;
  const dasd3390::TrackRange tracks{dasd3390::TrackNumber{label_tracks},
                                    dasd3390::TrackNumber{disk.geometry().tracks() - 1}};
  Z_CHECK(dasd3390::write_label_and_vtoc(disk, request.volser.empty() ? old : request.volser, request.owner));
  return disk.format_tracks(tracks, request.block, progress_bar("formatting"));
}

void add_format(CLI::App& dasd, Chosen& chosen) {
  auto request = std::make_shared<FormatRequest>();
  auto* command = dasd.add_subcommand("format", "Label, empty VTOC and blocks of zeros on all other tracks");
  command->add_option("file", request->file, "Image")->required()->check(CLI::ExistingFile);
  command->add_option("--block", request->block, "Bytes of a block")->check(CLI::IsMember({512, 1024, 2048, 4096}))->capture_default_str();
  command->add_option("--volser", request->volser, "Volume serial (default: the one it has)");
  command->add_option("--owner", request->owner, "Owner field of the label");
  command->add_flag("--yes", request->is_certain, "Format a volume that carries a label");
  command->callback([request, &chosen] { chosen.run = [request] { return finish(format(*request)); }; });
}

z::Result<> label(const std::string& file, const std::string& volser) {
  auto disk = Z_TRY(open(file, Access::write));
  return dasd3390::change_volser(disk, volser);
}

void add_label(CLI::App& dasd, Chosen& chosen) {
  struct Request { std::string file, volser; };
  auto request = std::make_shared<Request>();
  auto* command = dasd.add_subcommand("label", "Give a volume another serial");
  command->add_option("file", request->file, "Image")->required()->check(CLI::ExistingFile);
  command->add_option("volser", request->volser, "Volume serial, 1 to 6 characters")->required();
  command->callback([request, &chosen] { chosen.run = [request] { return finish(label(request->file, request->volser)); }; });
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
  add_format(*dasd, chosen);
  add_label(*dasd, chosen);
  add_dasd_look(*dasd, chosen);
  add_dasd_move(*dasd, chosen);
  add_write_ipl(*dasd, chosen);
  add_cpfmtxa(*dasd, chosen);
  add_formssi(*dasd, chosen);
}

}  // namespace app
