#pragma once

#include "cp/config/config_reader.h"
#include "cp/config/system_config.h"

namespace cp {

bool is_config_statement(std::string_view word);

// Reads one statement into the configuration of a system that it applies to. Throws SyntaxError.
void apply_config_statement(const ConfigStatement& statement, SystemConfig& config);

}  // namespace cp
