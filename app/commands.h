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
void add_io(CLI::App& program, Chosen& chosen);
void add_trace(CLI::App& program, Chosen& chosen);
void add_syntax(CLI::App& program, Chosen& chosen);

// Gives one command to a running member or partition, prints the answer and returns the exit status for it.
int send_command(const std::string& machine_file, const std::string& member, const std::string& command);

// Prints the error as the program does and returns the exit status for it.
int fail(const std::string& text);

}  // namespace app
