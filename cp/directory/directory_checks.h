#pragma once

#include "cp/directory/directory.h"

namespace cp {

// The rules that DIRECTXA checks between statements and between entries.
class DirectoryChecks {
 public:
  explicit DirectoryChecks(Directory& directory) : directory_(directory) {}
  void run();

 private:
  void check_names();
  void check_block(const DirectoryBlock& block);
  void check_include(const DirectoryBlock& block);
  void check_builds();
  void check_build(const DirectoryBlock& identity, const DirectoryStatement& statement,
                   std::map<std::string, Position>& systems);
  void check_links(const DirectoryBlock& block);

  Directory& directory_;
  std::map<std::string, std::string> builders_;  // SUBCONFIG to the IDENTITY that uses it
};

}  // namespace cp
