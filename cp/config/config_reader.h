#pragma once

#include "cp/config/source.h"

namespace cp {

// One statement of SYSTEM CONFIG: comments and continuation commas are gone, the qualifiers in front of it and those
// of the BEGIN/END blocks around it are in `qualifiers`; each names systems (with * and %) and all have to hold.
struct ConfigStatement {
  std::vector<std::vector<Token>> qualifiers;
  std::vector<Token> words;
};

// Cuts the text into statements. Never gives up: errors are added to `diagnostics` and reading goes on.
class ConfigReader {
 public:
  ConfigReader(std::string file, bool (*is_statement)(std::string_view word))
      : file_(std::move(file)), is_statement_(is_statement) {}

  void read(std::string_view text);
  const std::vector<ConfigStatement>& statements() const { return statements_; }
  const Diagnostics& diagnostics() const { return diagnostics_; }

 private:
  void read_line(std::string_view line);
  std::size_t read_quoted(std::string_view line, std::size_t start);
  void end_statement();
  std::vector<Token> take_qualifier();
  void begin_block(std::vector<Token> qualifier, const Token& begin);
  void end_block(const Token& end);
  void error(Position at, std::string text);

  std::string file_;
  bool (*is_statement_)(std::string_view word);
  std::vector<ConfigStatement> statements_;
  Diagnostics diagnostics_;

  struct Block {
    std::vector<Token> qualifier;
    Position begin;
  };
  unsigned line_number_ = 0;
  std::optional<Position> comment_;  // where the open comment began
  bool continues_ = false;           // the last word of the line was a comma
  std::vector<Token> words_;
  std::vector<Token> pending_qualifier_;  // one that stood on a line of its own
  std::vector<Block> blocks_;
};

}  // namespace cp
