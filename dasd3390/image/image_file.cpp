#include "dasd3390/image/image_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace dasd3390 {

z::Result<ImageFile> ImageFile::create(const std::filesystem::path& path) {
  z::Fd file{::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
  if (!file) return z::failure(z::Error::host(errno, "create").within(path.string()));
  return ImageFile{std::move(file), false};
}

z::Result<ImageFile> ImageFile::open(const std::filesystem::path& path, Access access) {
  z::Fd file{::open(path.c_str(), (access == Access::read ? O_RDONLY : O_RDWR) | O_CLOEXEC)};
  if (!file && access == Access::best && (errno == EACCES || errno == EROFS || errno == EPERM))
    return open(path, Access::read);
  if (!file) return z::failure(z::Error::host(errno, "open").within(path.string()));
  return ImageFile{std::move(file), access == Access::read};
}

z::Result<std::uint64_t> ImageFile::size() const {
  struct stat status{};
  if (::fstat(file_.get(), &status) != 0) return z::failure(z::Error::host(errno, "stat"));
  return static_cast<std::uint64_t>(status.st_size);
}

z::Result<> ImageFile::resize(std::uint64_t size) const {
  if (::ftruncate(file_.get(), static_cast<off_t>(size)) != 0) return z::failure(z::Error::host(errno, "resize"));
  return {};
}

z::Result<> ImageFile::read(std::uint64_t at, std::span<std::byte> to) const {
  while (!to.empty()) {
    const auto got = ::pread(file_.get(), to.data(), to.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return z::failure(z::Error::host(errno, "read"));
    if (got == 0) return z::failure("the file ends before byte {}", at + to.size());
    at += static_cast<std::uint64_t>(got);
    to = to.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

z::Result<> ImageFile::write(std::uint64_t at, std::span<const std::byte> from) const {
  while (!from.empty()) {
    const auto done = ::pwrite(file_.get(), from.data(), from.size(), static_cast<off_t>(at));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return z::failure(z::Error::host(errno, "write"));
    at += static_cast<std::uint64_t>(done);
    from = from.subspan(static_cast<std::size_t>(done));
  }
  return {};
}

}  // namespace dasd3390
