#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace unitrecord {

enum class Start { anew, append };

// A host file that a device writes, each write in the file when it returns.
class OutputFile {
 public:
  static z::Result<OutputFile> open(const std::filesystem::path& path, Start start);

  z::Result<> write(std::string_view bytes);
  const std::filesystem::path& path() const { return path_; }

 private:
  OutputFile(std::filesystem::path path, z::Fd file) : path_(std::move(path)), file_(std::move(file)) {}

  std::filesystem::path path_;
  z::Fd file_;
};

}  // namespace unitrecord
