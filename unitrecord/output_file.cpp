#include "unitrecord/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace unitrecord {

z::Result<OutputFile> OutputFile::open(const std::filesystem::path& path, Start start) {
  const int mode = start == Start::append ? O_APPEND : O_TRUNC;
  z::Fd file{::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | mode, 0644)};
  if (!file) return z::failure(z::Error::host(errno, fmt::format("open {}", path.string())));
  return OutputFile{path, std::move(file)};
}

z::Result<> OutputFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return z::failure(z::Error::host(errno, fmt::format("write {}", path_.string())));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace unitrecord
