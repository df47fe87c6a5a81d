#include "cp/directory/directory_reader.h"

#include <algorithm>
#include <utility>

namespace cp {
namespace {

constexpr std::string_view blanks = " \t\r";
constexpr std::size_t data_columns = 72;  // beyond them CMS files hold sequence numbers

class Reader {
 public:
  DirectoryText read(std::string_view text) {
    while (!text.empty()) {
      const auto end = text.find('\n');
      ++line_number_;
      read_line(text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    if (!words_.empty())
      result_.errors.push_back({words_.front().at, "the file ends where a comma announces more of this statement"});
    return std::move(result_);
  }

 private:
  void read_line(std::string_view line) {
    const auto first = line.find_first_not_of(blanks);
    if (first == std::string_view::npos || line[first] == '*') return;
    while (blanks.contains(line.back())) line.remove_suffix(1);
    if (line.size() > data_columns)
      result_.errors.push_back({{line_number_, data_columns + 1}, "this line goes beyond column 72"});
    const bool continues = line.back() == ',';
    if (continues) line.remove_suffix(1);
    add_words(line, first);
    if (continues || words_.empty()) return;
    result_.statements.push_back({std::exchange(words_, {})});
  }

  void add_words(std::string_view line, std::size_t i) {
    while (i < line.size()) {
      const bool takes_all = words_.size() == 1 && is_command(words_.front().text);
      const auto end = takes_all ? line.size() : std::min(line.find_first_of(blanks, i), line.size());
      words_.push_back({std::string{line.substr(i, end - i)}, {line_number_, static_cast<unsigned>(i + 1)}});
      i = std::min(line.find_first_not_of(blanks, end), line.size());
    }
  }

  static bool is_command(std::string_view word) { return Keyword{"COMMAND"}.matches(word) || Keyword{"CMD"}.matches(word); }

  unsigned line_number_ = 0;
  std::vector<Token> words_;
  DirectoryText result_;
};

}  // namespace

DirectoryText read_directory_text(std::string_view text) { return Reader{}.read(text); }

BuildStatement read_build(const DirectoryStatement& statement) {
  Cursor words{statement.words};
  words.take("statement");
  words.expect("ON");
  BuildStatement build;
  build.system = words.is_next("*") ? words.take("system").text : words.name("system name");
  words.expect("USING");
  words.expect("SUBCONFIG");
  build.subconfig = words.name("SUBCONFIG name");
  words.end("BUILD");
  return build;
}

}  // namespace cp
