#include "app/dasd_cp.h"

#include <fmt/format.h>

#include "base/clock.h"
#include "cp/volume/cpfmtxa.h"
#include "cp/volume/formssi.h"
#include "dasd3390/volume.h"

namespace app {
namespace {

using dasd3390::Access;
using dasd3390::Editor;
using dasd3390::Volume;

struct FormatCommand {
  std::string file, volume, format, owner;
  std::vector<std::string> allocate;  // TYPE:FIRST-LAST
  bool yes = false;
};

z::Result<cp::Allocation> parse_allocation(const std::string& text, std::uint32_t cylinders) {
  const auto colon = std::min(text.find(':'), text.size());
  const auto type = cp::allocation_type(text.substr(0, colon));
  if (!type || colon == text.size())
    return z::failure("--allocate {}: write TYPE:FIRST-LAST with PERM, PAGE, SPOL, TDSK, DRCT or PARM, for example PERM:1-END", text);
  return cp::Allocation{*type, Z_TRY(cp::parse_cylinders(text.substr(colon + 1), cylinders))};
}

z::Result<> run(const FormatCommand& command) {
  auto disk = Z_TRY(Editor::open(Z_TRY(Volume::open(command.file, Access::write))));
  const auto cylinders = disk.geometry().cylinders;
  cp::FormatRequest request{.volume = command.volume, .format = {}, .allocate = {}, .owner = {},
                            .consent = command.yes ? cp::Consent::given : cp::Consent::none};
  if (!command.format.empty()) request.format = Z_TRY(cp::parse_cylinders(command.format, cylinders));
  for (const auto& text : command.allocate) request.allocate.push_back(Z_TRY(parse_allocation(text, cylinders)));
  if (!command.owner.empty()) request.owner = Z_TRY(cp::parse_owner(command.owner));
  Z_CHECK(cp::cpfmtxa(disk, request));
  for (const auto& line : cp::cpfmtxa_report(Z_TRY(cp::read_cp_volume(disk)))) fmt::print("{}\n", line);
  return {};
}

struct FormssiCommand {
  std::string file, action, ssi;
  std::vector<std::string> slots;
  bool yes = false;
};

z::Result<> run(const FormssiCommand& command) {
  const auto access = command.action == "create" ? Access::write : Access::read;
  auto disk = Z_TRY(Editor::open(Z_TRY(Volume::open(command.file, access))));
  if (command.action == "create")
    Z_CHECK(cp::formssi_create(disk, {.ssi = command.ssi, .slots = command.slots, .now = z::tod_of_utc(z::HostClock{}.utc()),
                                      .consent = command.yes ? cp::Consent::given : cp::Consent::none}));
  for (const auto& line : Z_TRY(cp::formssi_display(disk, command.file))) fmt::print("{}\n", line);
  return {};
}

template <class Request>
void choose(CLI::App& command, Chosen& chosen, std::shared_ptr<Request> request) {
  command.callback([request, &chosen] {
    chosen.run = [request] {
      const auto result = run(*request);
      return result ? 0 : fail(result.error().text());
    };
  });
}

}  // namespace

void add_cpfmtxa(CLI::App& dasd, Chosen& chosen) {
  auto request = std::make_shared<FormatCommand>();
  auto* command = dasd.add_subcommand("cpfmtxa", "Format, allocate, label and mark a CP volume, as CPFMTXA does");
  command->add_option("file", request->file, "Image")->required()->check(CLI::ExistingFile);
  command->add_option("volid", request->volume, "Volume serial to write, or that the volume must have")->required();
  command->add_option("--format", request->format, "Cylinders to format in 4096-byte records: 0-0, 0-END");
  command->add_option("--allocate", request->allocate, "TYPE:FIRST-LAST, repeatable; types PERM PAGE SPOL TDSK DRCT PARM")
      ->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--owner", request->owner, "SSINAME.SYSTEM, with NOSSI and NOSYS for nobody");
  command->add_flag("--yes", request->yes, "Change a volume that carries a label already");
  choose(*command, chosen, std::move(request));
}

void add_formssi(CLI::App& dasd, Chosen& chosen) {
  auto request = std::make_shared<FormssiCommand>();
  auto* command = dasd.add_subcommand("formssi", "Create or display the persistent data record of a cluster, as FORMSSI does");
  command->add_option("file", request->file, "Image of the common volume")->required()->check(CLI::ExistingFile);
  command->add_option("action", request->action, "create or display")->required()->check(CLI::IsMember({"create", "display"}));
  command->add_option("ssiname", request->ssi, "Name of the cluster (create)");
  command->add_option("--slot", request->slots, "Name of the member in the next slot, repeatable")
      ->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_flag("--yes", request->yes, "Replace a record that is there already");
  choose(*command, chosen, std::move(request));
}

}  // namespace app
