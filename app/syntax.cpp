// endicott syntax: checks the files of a cluster without starting it, as CPSYNTAX and DIRECTXA (EDIT do.
#include <fmt/format.h>

#include "app/commands.h"
#include "cp/config/config_file.h"
#include "cp/directory/directory.h"
#include "lpar/machine_file.h"

namespace app {
namespace {

bool print_report(const std::vector<std::string>& lines, const cp::Diagnostics& diagnostics) {
  for (const auto& line : lines) fmt::print("{}\n", line);
  return !has_errors(diagnostics);
}

z::Result<int> check(const std::string& machine_file) {
  const auto machine = Z_TRY(lpar::MachineFile::read(machine_file));
  const auto config = Z_TRY(cp::ConfigFile::read(machine.system_config));
  const auto directory = Z_TRY(cp::Directory::read(machine.user_directory));
  const bool config_ok = print_report(cp::syntax_report(config.diagnostics()), config.diagnostics());
  const bool directory_ok = print_report(cp::directory_report(directory.diagnostics()), directory.diagnostics());
  return config_ok && directory_ok ? 0 : 1;
}

}  // namespace

void add_syntax(CLI::App& program, Chosen& chosen) {
  auto file = std::make_shared<std::string>();
  auto* command = program.add_subcommand("syntax", "Check a machine file, its SYSTEM CONFIG and its USER DIRECT");
  command->add_option("file", *file, "Machine file (TOML)")->required()->check(CLI::ExistingFile);
  command->callback([file, &chosen] {
    chosen.run = [file] {
      const auto status = check(*file);
      return status ? *status : fail(status.error().text());
    };
  });
}

}  // namespace app
