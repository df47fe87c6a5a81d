#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "lpar/machine_file.h"

namespace app {

// The command socket of an LPAR's process.
std::filesystem::path lpar_socket(const lpar::MachineFile& file, std::string_view lpar);

// Running clusters are listed in the user's runtime folder, so that `endicott cp` finds a member by its name alone.
// The entry of a member is a symbolic link to its socket, named after its system and its run directory; it is removed with the
// guard.
class Announcement {
 public:
  Announcement(const std::string& member, const std::filesystem::path& socket);
  ~Announcement();
  Announcement(const Announcement&) = delete;
  Announcement& operator=(const Announcement&) = delete;

 private:
  std::filesystem::path link_;
  std::filesystem::path socket_;
};

// Where a bare partition with this name listens.
z::Result<std::filesystem::path> partition_socket(const std::string& name);

// `machine_file` may be empty; then the member is looked up among the announced ones.
z::Result<std::filesystem::path> find_member_socket(const std::string& machine_file, const std::string& member);

}  // namespace app
