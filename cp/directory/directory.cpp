#include "cp/directory/directory.h"

#include <fmt/format.h>

#include <fstream>
#include <tuple>

#include "cp/directory/directory_checks.h"
#include "cp/directory/directory_reader.h"

namespace cp {
namespace {

using Kind = DirectoryBlock::Kind;

constexpr auto block_starts = std::to_array<std::pair<Keyword, Kind>>({{"PROFile", Kind::profile},
                                                                       {"User", Kind::user},
                                                                       {"IDENTity", Kind::identity},
                                                                       {"SUBCONfig", Kind::subconfig}});

bool is(const DirectoryStatement& statement, Keyword keyword) { return keyword.matches(statement.words.front().text); }

DirectoryVolume read_volume(const DirectoryStatement& statement) {
  Cursor words{statement.words};
  words.take("statement");
  DirectoryVolume volume;
  volume.is_for_ssi = words.take_if("SSI");
  volume.device = words.device("device number");
  volume.type = upper(words.take("device type").text);
  volume.volume = words.volume("volume label");
  if (words.more()) words.device("alternate device number");
  words.end("DIRECTORY");
  return volume;
}

void apply_all(const DirectoryBlock& block, Origin origin, DirectoryEntry& entry) {
  for (const auto& statement : block.statements) apply_directory_statement(statement, origin, entry);
}

// The base CPU first, at address 00 when the directory names none.
void complete_cpus(DirectoryEntry& entry) {
  if (entry.cpus.empty()) entry.cpus.push_back({});
  auto base = std::ranges::find_if(entry.cpus, &VirtualCpu::is_base);
  if (base == entry.cpus.end()) base = entry.cpus.begin();
  base->is_base = true;
  std::rotate(entry.cpus.begin(), base, base + 1);
}

}  // namespace

Directory Directory::parse(std::string_view text, std::string file_name) {
  Directory directory;
  directory.file_ = std::move(file_name);
  auto read = read_directory_text(text);
  for (auto& error : read.errors) directory.report(error.at, std::move(error.text));
  directory.split(std::move(read.statements));
  DirectoryChecks{directory}.run();
  std::ranges::sort(directory.diagnostics_, {}, [](const auto& d) { return std::tie(d.at.line, d.at.column, d.text); });
  return directory;
}

z::Result<Directory> Directory::read(const std::filesystem::path& path) {
  std::ifstream stream{path, std::ios::binary};
  if (!stream) return z::failure(z::Error::host(errno, fmt::format("open {}", path.string())));
  const std::string text{std::istreambuf_iterator<char>{stream}, {}};
  return parse(text, path.filename().string());
}

void Directory::report(Position at, std::string text) {
  diagnostics_.push_back({file_, at, Diagnostic::Severity::error, std::move(text)});
}

void Directory::split(std::vector<DirectoryStatement> statements) {
  for (auto& statement : statements) {
    try {
      if (begin_block(statement)) continue;
      if (blocks_.empty()) read_global(statement);
      else blocks_.back().statements.push_back(std::move(statement));
    } catch (const SyntaxError& error) {
      report(error.at, error.text);
    }
  }
  if (volumes_.empty() && has_errors(diagnostics_) == false) report({}, "there is no DIRECTORY statement");
}

bool Directory::begin_block(const DirectoryStatement& statement) {
  const auto start = std::ranges::find_if(block_starts, [&](const auto& one) { return is(statement, one.first); });
  if (start == block_starts.end()) return false;
  Cursor words{statement.words};
  words.take("statement");
  const auto name = words.name("name");
  blocks_.push_back({start->second, name, statement.words[0].at, {statement}});
  if (start->second == Kind::user || start->second == Kind::identity) {
    userids_.push_back(name);
    logons_.try_emplace(name, blocks_.size() - 1);
  }
  return true;
}

// What may stand before the first profile or user.
void Directory::read_global(const DirectoryStatement& statement) {
  if (is(statement, "DIRECTory")) return volumes_.push_back(read_volume(statement));
  if (is(statement, "GLOBALDEFS") || is(statement, "GLOBALOPTS") || is(statement, "POSIXGROUP") || is(statement, "LOAD"))
    return;
  const auto& word = statement.words.front();
  if (!is_directory_statement(word.text)) unknown_directory_statement(word);
  throw SyntaxError{word.at, fmt::format("{} stands before the first USER, IDENTITY or PROFILE", upper(word.text))};
}

const DirectoryBlock* Directory::find(Kind kind, std::string_view name) const {
  const auto found = std::ranges::find_if(
      blocks_, [&](const DirectoryBlock& block) { return block.kind == kind && block.name == upper(name); });
  return found == blocks_.end() ? nullptr : &*found;
}

const DirectoryBlock& Directory::included_profile(const DirectoryStatement& include) const {
  Cursor words{include.words};
  words.take("statement");
  const auto name = words.name("name of a profile");
  const auto* const profile = find(Kind::profile, name);
  if (profile == nullptr) words.fail(fmt::format("there is no PROFILE {}", name));
  return *profile;
}

z::Result<DirectoryEntry> Directory::resolve(std::string_view userid, std::string_view system) const {
  const auto logon = logons_.find(upper(userid));
  if (logon == logons_.end()) return z::failure("{} is not in the directory {}", upper(userid), file_);
  const auto& block = blocks_[logon->second];
  DirectoryEntry entry;
  const DirectoryBlock* subconfig = nullptr;
  try {
    for (const auto& statement : block.statements) {
      if (is(statement, "INClude")) apply_all(included_profile(statement), Origin::global, entry);
      else apply_directory_statement(statement, Origin::global, entry);
      if (!is(statement, "BUILD")) continue;
      const auto build = read_build(statement);
      if (build.system == upper(system) || (build.system == "*" && subconfig == nullptr))
        subconfig = find(Kind::subconfig, build.subconfig);
    }
    if (subconfig != nullptr) apply_all(*subconfig, Origin::local, entry);
  } catch (const SyntaxError& error) {
    return z::failure("{}:{}: {}", file_, error.at.line, error.text);
  }
  if (block.kind == Kind::identity) {
    if (subconfig == nullptr) return z::failure("{} has no BUILD for {} in {}", block.name, upper(system), file_);
    entry.configuration = DirectoryEntry::Configuration::multiple;
  }
  entry.userid = block.name;
  complete_cpus(entry);
  return entry;
}

std::vector<std::string> directory_report(const Diagnostics& diagnostics) {
  std::vector<std::string> lines;
  for (const auto& diagnostic : diagnostics) lines.push_back(diagnostic.line());
  lines.push_back(has_errors(diagnostics) ? "EOJ DIRECTORY NOT UPDATED" : "EOJ DIRECTORY UPDATED AND ON LINE");
  return lines;
}

}  // namespace cp
