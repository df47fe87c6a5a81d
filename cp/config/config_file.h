#pragma once

#include <filesystem>
#include <set>

#include "base/result.h"
#include "cp/config/config_reader.h"
#include "cp/config/system_config.h"

namespace cp {

// What the IPLing system knows of the machine that it runs in, for SYSTEM_IDENTIFIER.
struct HostIdentity {
  std::string lpar;       // LPAR name, or the userid at second level
  std::string cpu_model;  // "8561"
  std::string cpuid;      // six digits
};

// SYSTEM CONFIG, the one file that all members of a cluster share.
class ConfigFile {
 public:
  // The text is read as a whole; everything that is wrong with it is in diagnostics().
  static ConfigFile parse(std::string_view text, std::string file_name);
  // Fails when the file cannot be read.
  static z::Result<ConfigFile> read(const std::filesystem::path& path);

  const Diagnostics& diagnostics() const { return diagnostics_; }
  // All systems that the file names as such, in the order of their first appearance.
  const std::vector<std::string>& systems() const { return systems_; }
  // The first SYSTEM_IDENTIFIER that fits, else the default; nothing when neither does.
  std::optional<std::string> identify(const HostIdentity& host) const;
  SystemConfig for_system(std::string_view system) const { return build(system).config; }

 private:
  friend class ConfigChecks;
  struct Identifier {
    std::string lpar;  // set for the form LPAR name
    std::string model, cpuid;
    std::string system;
  };

  struct Built {
    SystemConfig config;
    std::vector<SyntaxError> errors;  // also those that only show with other statements of this system
  };

  Built build(std::string_view system) const;
  void collect_names(const ConfigStatement& statement);
  void check_syntax(const ConfigStatement& statement);
  void check_qualifiers(const ConfigStatement& statement);
  bool applies(const ConfigStatement& statement, std::string_view system) const;
  bool names(const Token& pattern, std::string_view system) const;
  void add_system(std::string name);
  void report(Position at, Diagnostic::Severity severity, std::string text);

  std::string file_;
  std::vector<ConfigStatement> statements_;
  Diagnostics diagnostics_;
  std::vector<std::string> systems_;
  std::vector<Identifier> identifiers_;
  std::string default_system_;
  std::map<std::string, std::vector<std::string>> equates_;
};

// The lines that CPSYNTAX prints for a file: its diagnostics, then the verdict.
std::vector<std::string> syntax_report(const Diagnostics& diagnostics);

}  // namespace cp
