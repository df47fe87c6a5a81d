#pragma once

#include "cp/command/system.h"

namespace cp {

// Runs a command as CP does: the name may be shortened to the manual's minimum, commands that the issuer's classes do
// not give do not exist, several commands are separated by line ends (DIAGNOSE X'08' has X'15' between them) and run one
// after the other. `reply` ends once, with the return code of the last one. An empty line is answered with nothing.
void run_command(System& system, const Issuer& issuer, std::string_view text, ReplyPtr reply);

// What was typed at a console, where # ends a line.
std::string from_console(std::string_view typed);

}  // namespace cp
