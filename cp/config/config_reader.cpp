#include "cp/config/config_reader.h"

#include <fmt/format.h>

#include <utility>

namespace cp {
namespace {

constexpr std::string_view blanks = " \t\r";

// Words of a qualifier: names with wild cards.
bool is_system_pattern(std::string_view word) {
  std::string name{word};
  std::erase_if(name, [](char c) { return c == '*' || c == '%'; });
  return name.empty() ? !word.empty() : is_name(name);
}

}  // namespace

void ConfigReader::error(Position at, std::string text) {
  diagnostics_.push_back({file_, at, Diagnostic::Severity::error, std::move(text)});
}

void ConfigReader::read(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    ++line_number_;
    read_line(text.substr(0, end));
    if (!continues_ && !comment_) end_statement();
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (comment_) error(*comment_, "this comment is not closed");
  if (continues_) error({line_number_, 1}, "the file ends where a comma announces more of the statement");
  end_statement();
  if (!pending_qualifier_.empty()) error(pending_qualifier_.front().at, "no statement follows this system name");
  for (const auto& block : blocks_) error(block.begin, "this BEGIN has no END");
}

void ConfigReader::read_line(std::string_view line) {
  std::size_t i = 0;
  while (i < line.size()) {
    const Position at{line_number_, static_cast<unsigned>(i + 1)};
    if (comment_) {
      const auto close = line.find("*/", i);
      if (close == std::string_view::npos) return;
      comment_.reset();
      i = close + 2;
    } else if (line.substr(i, 2) == "/*") {
      comment_ = at;
      i += 2;
    } else if (blanks.contains(line[i])) {
      ++i;
    } else if (line[i] == ',') {
      continues_ = true;
      ++i;
    } else if (line[i] == '\'' || line[i] == '"') {
      i = read_quoted(line, i);
    } else {
      auto end = i;
      while (end < line.size() && !blanks.contains(line[end]) && line[end] != ',' && line.substr(end, 2) != "/*") ++end;
      words_.push_back({std::string{line.substr(i, end - i)}, at});
      continues_ = false;
      i = end;
    }
  }
}

std::size_t ConfigReader::read_quoted(std::string_view line, std::size_t start) {
  const Position at{line_number_, static_cast<unsigned>(start + 1)};
  const auto end = line.find(line[start], start + 1);
  continues_ = false;
  if (end == std::string_view::npos) {
    error(at, "this quotation is not closed on its line");
    return line.size();
  }
  words_.push_back({std::string{line.substr(start + 1, end - start - 1)}, at});
  return end + 1;
}

// Takes the system names in front of the statement: "A:", "A B:", "A: B:" or "A:STATEMENT".
std::vector<Token> ConfigReader::take_qualifier() {
  std::vector<Token> qualifier;
  while (!words_.empty()) {
    const auto colon = std::ranges::find_if(words_, [](const auto& word) { return word.text.contains(':'); });
    if (colon == words_.end() || (is_statement_(words_.front().text) && colon != words_.begin())) break;
    if (!std::all_of(words_.begin(), colon, [](const auto& word) { return is_system_pattern(word.text); })) break;
    const auto split = colon->text.find(':');
    if (!is_system_pattern(colon->text.substr(0, split))) break;
    qualifier.insert(qualifier.end(), words_.begin(), colon);
    qualifier.push_back({colon->text.substr(0, split), colon->at});
    const Token remainder{colon->text.substr(split + 1),
                          {colon->at.line, colon->at.column + static_cast<unsigned>(split) + 1}};
    words_.erase(words_.begin(), colon + 1);
    if (!remainder.text.empty()) words_.insert(words_.begin(), remainder);
  }
  return qualifier;
}

void ConfigReader::end_statement() {
  continues_ = false;
  if (words_.empty()) return;
  auto qualifier = take_qualifier();
  qualifier.insert(qualifier.begin(), pending_qualifier_.begin(), pending_qualifier_.end());
  pending_qualifier_.clear();
  if (words_.empty()) {
    pending_qualifier_ = std::move(qualifier);
    return;
  }
  auto words = std::exchange(words_, {});
  if (words.size() == 1 && Keyword{"BEGIN"}.matches(words[0].text)) return begin_block(std::move(qualifier), words[0]);
  if (words.size() == 1 && Keyword{"END"}.matches(words[0].text)) return end_block(words[0]);
  ConfigStatement statement;
  for (const auto& block : blocks_) statement.qualifiers.push_back(block.qualifier);
  if (!qualifier.empty()) statement.qualifiers.push_back(std::move(qualifier));
  statement.words = std::move(words);
  statements_.push_back(std::move(statement));
}

void ConfigReader::begin_block(std::vector<Token> qualifier, const Token& begin) {
  if (qualifier.empty()) error(begin.at, "BEGIN needs the name of a system in front of it");
  blocks_.push_back({std::move(qualifier), begin.at});
}

void ConfigReader::end_block(const Token& end) {
  if (blocks_.empty()) return error(end.at, "this END has no BEGIN");
  blocks_.pop_back();
}

}  // namespace cp
