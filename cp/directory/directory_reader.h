#pragma once

#include "cp/directory/directory.h"

namespace cp {

// Cuts USER DIRECT into statements: `*` comments and blank lines are dropped, a trailing comma continues. COMMAND keeps
// the rest of its line as one word, in the case it was written.
struct DirectoryText {
  std::vector<DirectoryStatement> statements;
  std::vector<SyntaxError> errors;
};
DirectoryText read_directory_text(std::string_view text);

bool is_directory_statement(std::string_view word);
// "X is not a directory statement; did you mean Y?"
[[noreturn]] void unknown_directory_statement(const Token& word);

// Reads one general statement into an entry. Those that begin a block (USER, IDENTITY) set its first operands;
// PROFILE, SUBCONFIG, INCLUDE and BUILD do nothing here. Throws SyntaxError.
enum class Origin { global, local };  // local: the statement stands in a SUBCONFIG
void apply_directory_statement(const DirectoryStatement& statement, Origin origin, DirectoryEntry& entry);

struct BuildStatement {
  std::string system;  // or "*"
  std::string subconfig;
};
BuildStatement read_build(const DirectoryStatement& statement);

}  // namespace cp
