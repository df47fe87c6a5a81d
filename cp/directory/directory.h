#pragma once

#include <filesystem>
#include <map>

#include "base/result.h"
#include "cp/config/source.h"
#include "cp/directory/entry.h"

namespace cp {

// A statement of USER DIRECT with its keyword first.
struct DirectoryStatement {
  std::vector<Token> words;
};

// What begins with PROFILE, USER, IDENTITY or SUBCONFIG and ends before the next of them.
struct DirectoryBlock {
  enum class Kind { profile, user, identity, subconfig };
  Kind kind = Kind::user;
  std::string name;
  Position at;
  std::vector<DirectoryStatement> statements;  // with the one that begins the block
};

// DIRECTORY: where the object directory lies, one for each system residence of a cluster.
struct DirectoryVolume {
  bool is_for_ssi = false;
  z::DeviceNumber device;
  std::string type;
  std::string volume;
};

// USER DIRECT, the source directory that all members of a cluster share.
class Directory {
 public:
  // Reads the whole text; what is wrong with it is in diagnostics(), and then nothing should be resolved.
  static Directory parse(std::string_view text, std::string file_name);
  static z::Result<Directory> read(const std::filesystem::path& path);

  const Diagnostics& diagnostics() const { return diagnostics_; }
  const std::vector<DirectoryVolume>& volumes() const { return volumes_; }
  // All that can log on, in the order of the file.
  const std::vector<std::string>& userids() const { return userids_; }
  bool has_user(std::string_view userid) const { return logons_.contains(upper(userid)); }
  // The virtual machine as it is on this system. Fails when there is no such user, or no BUILD for the system.
  z::Result<DirectoryEntry> resolve(std::string_view userid, std::string_view system) const;

 private:
  friend class DirectoryChecks;
  void split(std::vector<DirectoryStatement> statements);
  bool begin_block(const DirectoryStatement& statement);
  void read_global(const DirectoryStatement& statement);
  const DirectoryBlock* find(DirectoryBlock::Kind kind, std::string_view name) const;
  const DirectoryBlock& included_profile(const DirectoryStatement& include) const;
  void report(Position at, std::string text);

  std::string file_;
  Diagnostics diagnostics_;
  std::vector<DirectoryVolume> volumes_;
  std::vector<DirectoryBlock> blocks_;
  std::vector<std::string> userids_;
  std::map<std::string, std::size_t> logons_;  // userid to its block
};

// The lines that DIRECTXA (EDIT prints.
std::vector<std::string> directory_report(const Diagnostics& diagnostics);

}  // namespace cp
