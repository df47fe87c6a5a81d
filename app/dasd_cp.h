#pragma once

#include "app/commands.h"

namespace app {

// endicott dasd cpfmtxa | formssi: what the z/VM utilities of these names do to a volume.
void add_cpfmtxa(CLI::App& dasd, Chosen& chosen);
void add_formssi(CLI::App& dasd, Chosen& chosen);

}  // namespace app
