#include <fmt/format.h>

#include <cstdio>

#include "app/commands.h"

namespace app {

int fail(const std::string& text) {
  fmt::print(stderr, "endicott: {}\n", text);
  return 1;
}

}  // namespace app

int main(int argc, char** argv) {
  CLI::App program{"Endicott: a z/Architecture machine in software with a z/VM-style control program", "endicott"};
  program.require_subcommand(1);
  program.set_version_flag("--version", "endicott " ENDICOTT_VERSION);
  app::Chosen chosen;
  app::add_up(program, chosen);
  app::add_cp(program, chosen);
  app::add_ipl(program, chosen);
  app::add_dasd(program, chosen);
  app::add_io(program, chosen);
  app::add_trace(program, chosen);
  app::add_syntax(program, chosen);
  app::add_member(program, chosen);
  CLI11_PARSE(program, argc, argv);
  return chosen.run();
}
