#pragma once

#include <CLI/CLI.hpp>

namespace app {

// Each subcommand of `endicott` adds itself to the command line; `run` is called when it was chosen and returns the exit
// status of the program.
struct Chosen {
  std::function<int()> run;
};

void add_up(CLI::App& program, Chosen& chosen);
void add_member(CLI::App& program, Chosen& chosen);
void add_cp(CLI::App& program, Chosen& chosen);
void add_ipl(CLI::App& program, Chosen& chosen);
void add_dasd(CLI::App& program, Chosen& chosen);
void add_trace(CLI::App& program, Chosen& chosen);
void add_syntax(CLI::App& program, Chosen& chosen);

// Prints the error as the program does and returns the exit status for it.
int fail(const std::string& text);

}  // namespace app
