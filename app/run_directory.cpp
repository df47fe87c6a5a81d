#include "app/run_directory.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace app {
namespace {

std::filesystem::path announcements() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && *runtime != '\0') return std::filesystem::path{runtime} / "endicott";
  return fmt::format("/tmp/endicott-{}", ::getuid());
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::vector<std::string> announced() {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator{announcements(), none})
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

}  // namespace

std::filesystem::path lpar_socket(const lpar::MachineFile& file, std::string_view lpar) {
  return file.run_directory / fmt::format("{}.sock", lpar);
}

Announcement::Announcement(const std::string& member, const std::filesystem::path& socket)
    : link_(announcements() / member), socket_(socket) {
  std::error_code ignored;  // an announcement is a convenience: without it, --machine finds the member
  std::filesystem::create_directories(link_.parent_path(), ignored);
  std::filesystem::remove(link_, ignored);
  std::filesystem::create_symlink(socket, link_, ignored);
}

Announcement::~Announcement() {
  std::error_code ignored;
  if (std::filesystem::read_symlink(link_, ignored) == socket_) std::filesystem::remove(link_, ignored);
}

z::Result<std::filesystem::path> find_member_socket(const std::string& machine_file, const std::string& member) {
  std::error_code none;
  if (!machine_file.empty()) {
    const auto file = Z_TRY(lpar::MachineFile::read(machine_file));
    if (file.lpar(upper(member)) != nullptr) return lpar_socket(file, upper(member));
    const auto socket = std::filesystem::read_symlink(announcements() / upper(member), none);
    if (!none && socket.parent_path() == file.run_directory) return socket;
    return z::failure("no member {} of {} is running", member, machine_file);
  }
  const auto socket = std::filesystem::read_symlink(announcements() / upper(member), none);
  if (!none) return socket;
  const auto names = announced();
  if (names.empty()) return z::failure("no member is running; start a cluster with `endicott up FILE`");
  return z::failure("no member {} is running; these are: {}", upper(member), fmt::join(names, ", "));
}

}  // namespace app
