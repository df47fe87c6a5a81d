#pragma once

#include "cp/config/config_file.h"

namespace cp {

// What is wrong between statements that are right by themselves: a view of each member, and of all of them together.
class ConfigChecks {
 public:
  explicit ConfigChecks(ConfigFile& file) : file_(file) {}
  void run();

 private:
  void check_member(const SystemConfig& config);
  void check_residence(const SystemConfig& config);
  void check_links(const SystemConfig& config);
  void check_domains(const SystemConfig& config);
  void check_ssi_count();
  void check_lans(const std::vector<SystemConfig>& members);
  void error(Position at, std::string text) { file_.report(at, Diagnostic::Severity::error, std::move(text)); }
  void warning(Position at, std::string text) { file_.report(at, Diagnostic::Severity::warning, std::move(text)); }

  ConfigFile& file_;
};

}  // namespace cp
