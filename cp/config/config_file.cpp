#include "cp/config/config_file.h"

#include <fmt/format.h>

#include <fstream>
#include <tuple>

#include "cp/config/config_checks.h"
#include "cp/config/config_statements.h"

namespace cp {

ConfigFile ConfigFile::parse(std::string_view text, std::string file_name) {
  ConfigReader reader{file_name, is_config_statement};
  reader.read(text);
  ConfigFile file;
  file.file_ = std::move(file_name);
  file.statements_ = reader.statements();
  file.diagnostics_ = reader.diagnostics();
  for (const auto& statement : file.statements_) file.check_syntax(statement);
  for (const auto& statement : file.statements_) file.check_qualifiers(statement);
  ConfigChecks{file}.run();
  std::ranges::sort(file.diagnostics_, {}, [](const auto& d) { return std::tie(d.at.line, d.at.column, d.text); });
  return file;
}

z::Result<ConfigFile> ConfigFile::read(const std::filesystem::path& path) {
  std::ifstream stream{path, std::ios::binary};
  if (!stream) return z::failure(z::Error::host(errno, fmt::format("open {}", path.string())));
  const std::string text{std::istreambuf_iterator<char>{stream}, {}};
  return parse(text, path.filename().string());
}

void ConfigFile::report(Position at, Diagnostic::Severity severity, std::string text) {
  const auto is_same = [&](const Diagnostic& other) { return other.at.line == at.line && other.text == text; };
  if (std::ranges::any_of(diagnostics_, is_same)) return;  // found once for each system
  diagnostics_.push_back({file_, at, severity, std::move(text)});
}

void ConfigFile::add_system(std::string name) {
  if (std::ranges::find(systems_, name) == systems_.end()) systems_.push_back(std::move(name));
}

void ConfigFile::check_syntax(const ConfigStatement& statement) {
  SystemConfig scratch;
  try {
    apply_config_statement(statement, scratch);
    collect_names(statement);
    if (scratch.ssi)
      for (const auto& member : scratch.ssi->members()) add_system(member);
  } catch (const SyntaxError& error) {
    report(error.at, Diagnostic::Severity::error, error.text);
  }
}

void ConfigFile::collect_names(const ConfigStatement& statement) {
  Cursor words{statement.words};
  const auto keyword = words.take("statement").text;
  if (Keyword{"SYSTEM_IDentifier"}.matches(keyword)) {
    Identifier identifier;
    if (words.take_if("LPAR")) {
      identifier.lpar = upper(words.take("LPAR name").text);
    } else {
      identifier.model = upper(words.take("model").text);
      identifier.cpuid = upper(words.take("cpuid").text);
    }
    identifier.system = words.name("system name");
    add_system(identifier.system);
    identifiers_.push_back(std::move(identifier));
  } else if (Keyword{"SYSTEM_IDENTIFIER_Default"}.matches(keyword)) {
    default_system_ = words.name("system name");
    add_system(default_system_);
  } else if (Keyword{"EQUate"}.matches(keyword)) {
    const auto nickname = words.name("nickname");
    equates_[nickname] = words.rest();
  }
}

// A name in front of a statement that fits no system would make CP ignore the statement without a word.
void ConfigFile::check_qualifiers(const ConfigStatement& statement) {
  for (const auto& qualifier : statement.qualifiers)
    for (const auto& pattern : qualifier) {
      if (std::ranges::any_of(systems_, [&](const auto& system) { return names(pattern, system); })) continue;
      const std::vector<std::string_view> candidates{systems_.begin(), systems_.end()};
      const auto near = nearest(pattern.text, candidates);
      report(pattern.at, Diagnostic::Severity::error,
             near.empty() ? fmt::format("{} is not a system of this file", pattern.text)
                          : fmt::format("{} is not a system of this file; did you mean {}?", pattern.text, near));
    }
}

bool ConfigFile::names(const Token& pattern, std::string_view system) const {
  if (matches_pattern(system, pattern.text)) return true;
  const auto equate = equates_.find(upper(pattern.text));
  return equate != equates_.end() && std::ranges::find(equate->second, system) != equate->second.end();
}

bool ConfigFile::applies(const ConfigStatement& statement, std::string_view system) const {
  return std::ranges::all_of(statement.qualifiers, [&](const auto& qualifier) {
    return std::ranges::any_of(qualifier, [&](const Token& pattern) { return names(pattern, system); });
  });
}

std::optional<std::string> ConfigFile::identify(const HostIdentity& host) const {
  for (const auto& identifier : identifiers_) {
    const bool fits = identifier.lpar.empty() ? matches_pattern(host.cpu_model, identifier.model) &&
                                                    matches_pattern(host.cpuid, identifier.cpuid)
                                              : matches_pattern(host.lpar, identifier.lpar);
    if (fits) return identifier.system;
  }
  if (!default_system_.empty()) return default_system_;
  return std::nullopt;
}

ConfigFile::Built ConfigFile::build(std::string_view system) const {
  Built built;
  built.config.system = upper(system);
  for (const auto& statement : statements_) {
    if (!applies(statement, built.config.system)) continue;
    try {
      apply_config_statement(statement, built.config);
    } catch (const SyntaxError& error) {
      built.errors.push_back(error);
    }
  }
  return built;
}

std::vector<std::string> syntax_report(const Diagnostics& diagnostics) {
  std::vector<std::string> lines;
  for (const auto& diagnostic : diagnostics) lines.push_back(diagnostic.line());
  const auto errors = std::ranges::count(diagnostics, Diagnostic::Severity::error, &Diagnostic::severity);
  lines.push_back(errors == 0 ? "CONFIGURATION FILE PROCESSING COMPLETE -- NO ERRORS ENCOUNTERED."
                              : fmt::format("CONFIGURATION FILE PROCESSING COMPLETE -- {} ERROR(S) ENCOUNTERED.",
                                            errors));
  return lines;
}

}  // namespace cp
