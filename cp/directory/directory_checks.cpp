#include "cp/directory/directory_checks.h"

#include <fmt/format.h>

#include "cp/directory/directory_reader.h"

namespace cp {
namespace {

using Kind = DirectoryBlock::Kind;

bool is(const DirectoryStatement& statement, Keyword keyword) { return keyword.matches(statement.words.front().text); }

bool is_reserved(std::string_view name) {
  static constexpr auto reserved = std::to_array<std::string_view>({"LOGNSYSC", "LOGNSYSG", "SYSTEM", "SYSTEMMP"});
  const auto is_line = name.size() == 8 && (name.starts_with("LOGN") || name.starts_with("LOGL") || name.starts_with("LOGV")) &&
                       name.find_first_not_of("0123456789ABCDEF", 4) == std::string_view::npos;
  return is_line || std::ranges::find(reserved, name) != reserved.end();
}

}  // namespace

void DirectoryChecks::run() {
  check_names();
  for (const auto& block : directory_.blocks_) check_block(block);
  check_builds();
  for (const auto& block : directory_.blocks_) check_links(block);
}

// One name space for users, identities, profiles and subconfigs.
void DirectoryChecks::check_names() {
  std::map<std::string, Position> names;
  for (const auto& block : directory_.blocks_) {
    if (const auto [other, is_new] = names.try_emplace(block.name, block.at); !is_new)
      directory_.report(block.at, fmt::format("{} is already defined in line {}", block.name, other->second.line));
    if (is_reserved(block.name)) directory_.report(block.at, fmt::format("{} is a reserved name", block.name));
  }
}

void DirectoryChecks::check_block(const DirectoryBlock& block) {
  DirectoryEntry scratch;
  for (const auto& statement : block.statements) {
    try {
      apply_directory_statement(statement, Origin::global, scratch);
      if (is(statement, "SYSAFFIN")) throw SyntaxError{statement.words[0].at, "SYSAFFIN is not for a cluster"};
    } catch (const SyntaxError& error) {
      directory_.report(error.at, error.text);
    }
  }
  check_include(block);
  if (std::ranges::count_if(scratch.cpus, &VirtualCpu::is_base) > 1)
    directory_.report(block.at, fmt::format("{} has more than one base CPU", block.name));
}

void DirectoryChecks::check_include(const DirectoryBlock& block) {
  for (std::size_t i = 1; i < block.statements.size(); ++i) {
    const auto& words = block.statements[i].words;
    if (!is(block.statements[i], "INClude")) continue;
    if (block.kind == Kind::profile || block.kind == Kind::subconfig)
      directory_.report(words[0].at, "INCLUDE belongs to a USER or an IDENTITY");
    if (words.size() != 2) directory_.report(words[0].at, "INCLUDE takes the name of one profile");
    else if (directory_.find(Kind::profile, words[1].text) == nullptr)
      directory_.report(words[1].at, fmt::format("there is no PROFILE {}", upper(words[1].text)));
  }
}

void DirectoryChecks::check_builds() {
  for (const auto& block : directory_.blocks_) {
    std::map<std::string, Position> systems;
    for (const auto& statement : block.statements) {
      if (!is(statement, "BUILD")) continue;
      if (block.kind != Kind::identity) directory_.report(statement.words[0].at, "BUILD belongs to an IDENTITY");
      else check_build(block, statement, systems);
    }
    if (block.kind == Kind::identity && systems.empty())
      directory_.report(block.at, fmt::format("IDENTITY {} has no BUILD statement", block.name));
  }
  for (const auto& block : directory_.blocks_)
    if (block.kind == Kind::subconfig && !builders_.contains(block.name))
      directory_.report(block.at, fmt::format("no BUILD statement uses SUBCONFIG {}", block.name));
}

void DirectoryChecks::check_build(const DirectoryBlock& identity, const DirectoryStatement& statement,
                                  std::map<std::string, Position>& systems) {
  const auto at = statement.words[0].at;
  try {
    const auto build = read_build(statement);
    if (const auto [other, is_new] = systems.try_emplace(build.system, at); !is_new)
      directory_.report(at, fmt::format("{} already has a BUILD for {} in line {}", identity.name, build.system,
                                        other->second.line));
    if (directory_.find(Kind::subconfig, build.subconfig) == nullptr)
      directory_.report(statement.words.back().at, fmt::format("there is no SUBCONFIG {}", build.subconfig));
    if (const auto [other, is_new] = builders_.try_emplace(build.subconfig, identity.name); !is_new)
      directory_.report(at, fmt::format("SUBCONFIG {} is already used by {}", build.subconfig, other->second));
  } catch (const SyntaxError& error) {
    directory_.report(error.at, error.text);
  }
}

// A link names a user of the directory: an IDENTITY, never one of its SUBCONFIGs.
void DirectoryChecks::check_links(const DirectoryBlock& block) {
  for (const auto& statement : block.statements) {
    if (!is(statement, "LINK") || statement.words.size() < 3) continue;
    const auto& owner = statement.words[1];
    if (owner.text != "*" && !directory_.has_user(owner.text))
      directory_.report(owner.at, fmt::format("{} is not a user of this directory", upper(owner.text)));
  }
}

}  // namespace cp
