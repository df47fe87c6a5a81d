// endicott dasd convert, export, import.
#include <cstdio>
#include <memory>

#include "app/dasd_commands.h"
#include "app/progress_bar.h"
#include "dasd3390/tools/copy.h"
#include "dasd3390/tools/data_set.h"

namespace app {
namespace {

using dasd3390::Access;
using dasd3390::Editor;
using dasd3390::Volume;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

struct ConvertRequest {
  std::string from, to, format = "plain";
};

void add_convert(CLI::App& dasd, Chosen& chosen) {
  auto request = std::make_shared<ConvertRequest>();
  auto* command = dasd.add_subcommand("convert", "Copy a volume into a new image of another format");
  command->add_option("from", request->from, "Image")->required()->check(CLI::ExistingFile);
  command->add_option("to", request->to, "Image to create")->required();
  command->add_option("--format", request->format, "plain, cckd (compressed) or cckd64")
      ->check(CLI::IsMember(image_format_names()))->capture_default_str();
  command->callback([request, &chosen] {
    chosen.run = [request] {
      return finish(dasd3390::convert_volume(request->from, request->to, image_formats.at(request->format),
                                             progress_bar("copying tracks")));
    };
  });
}

struct MoveRequest {
  std::string volume, name, file;
  std::uint16_t block = 4096;
};

z::Result<> take_out(const MoveRequest& request) {
  const auto disk = Z_TRY(Editor::open(Z_TRY(Volume::open(request.volume, Access::read))));
  const auto data_set = Z_TRY(dasd3390::find_data_set(disk, request.name));
  const File out{std::fopen(request.file.c_str(), "wbx")};
  if (!out) return z::failure("cannot create {}", request.file);
  const auto sink = [&](std::span<const std::byte> data) -> z::Result<> {
    if (std::fwrite(data.data(), 1, data.size(), out.get()) != data.size()) return z::failure("cannot write {}", request.file);
    return {};
  };
  Z_CHECK(dasd3390::read_data_set(disk, data_set, sink, progress_bar("exporting")));
  if (std::fflush(out.get()) != 0) return z::failure("cannot write {}", request.file);
  return {};
}

z::Result<> put_in(const MoveRequest& request) {
  auto disk = Z_TRY(Editor::open(Z_TRY(Volume::open(request.volume, Access::write))));
  const auto partition = Z_TRY(dasd3390::find_data_set(disk, request.name));
  const File in{std::fopen(request.file.c_str(), "rb")};
  if (!in) return z::failure("cannot read {}", request.file);
  const auto source = [&](std::span<std::byte> block) -> z::Result<std::size_t> {
    const auto got = std::fread(block.data(), 1, block.size(), in.get());
    if (std::ferror(in.get()) != 0) return z::failure("cannot read {}", request.file);
    return got;
  };
  return dasd3390::write_partition(disk, partition, request.block, source, progress_bar("importing"));
}

void add_export(CLI::App& dasd, Chosen& chosen) {
  auto request = std::make_shared<MoveRequest>();
  auto* command = dasd.add_subcommand("export", "Copy a Linux partition or a data set into a file of the host");
  command->add_option("volume", request->volume, "Image")->required()->check(CLI::ExistingFile);
  command->add_option("name", request->name, "Its name as `dasd ls` shows it")->required();
  command->add_option("file", request->file, "File to create")->required();
  command->callback([request, &chosen] { chosen.run = [request] { return finish(take_out(*request)); }; });
}

void add_import(CLI::App& dasd, Chosen& chosen) {
  auto request = std::make_shared<MoveRequest>();
  auto* command = dasd.add_subcommand("import", "Lay a file of the host, such as a file system, over a Linux partition");
  command->add_option("volume", request->volume, "Image")->required()->check(CLI::ExistingFile);
  command->add_option("name", request->name, "Its name as `dasd ls` shows it")->required();
  command->add_option("file", request->file, "File")->required()->check(CLI::ExistingFile);
  command->add_option("--block", request->block, "Bytes of a block of the partition")->check(CLI::IsMember({512, 1024, 2048, 4096}))->capture_default_str();
  command->callback([request, &chosen] { chosen.run = [request] { return finish(put_in(*request)); }; });
}

}  // namespace

void add_dasd_move(CLI::App& dasd, Chosen& chosen) {
  add_convert(dasd, chosen);
  add_export(dasd, chosen);
  add_import(dasd, chosen);
}

}  // namespace app
