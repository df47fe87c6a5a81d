#include "app/run_directory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <vector>

#include "lpar/control.h"

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

// "MEMBER1@5F3A...": the system name and what tells its cluster from others.
std::filesystem::path entry_of(std::string_view member, const std::filesystem::path& run_directory) {
  return announcements() / fmt::format("{}@{:016X}", member, std::hash<std::string>{}(run_directory.string()));
}

struct Announced {
  std::string member;
  std::filesystem::path socket;
};

// A process that was killed leaves its entry behind: only those that answer count.
std::vector<Announced> announced() {
  std::vector<Announced> found;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator{announcements(), none}) {
    const auto name = entry.path().filename().string();
    auto socket = std::filesystem::read_symlink(entry.path(), none);
    if (!none && lpar::ControlClient::connect(socket)) found.push_back({name.substr(0, name.find('@')), std::move(socket)});
  }
  std::ranges::sort(found, {}, &Announced::member);
  return found;
}

}  // namespace

std::filesystem::path lpar_socket(const lpar::MachineFile& file, std::string_view lpar) {
  return file.run_directory / fmt::format("{}.sock", lpar);
}

Announcement::Announcement(const std::string& member, const std::filesystem::path& socket)
    : link_(entry_of(member, socket.parent_path())), socket_(socket) {
  std::error_code ignored;  // an announcement is a convenience: without it, --machine finds the member
  std::filesystem::create_directories(link_.parent_path(), ignored);
  std::filesystem::remove(link_, ignored);
  std::filesystem::create_symlink(socket, link_, ignored);
}

Announcement::~Announcement() {
  std::error_code ignored;
  if (std::filesystem::read_symlink(link_, ignored) == socket_) std::filesystem::remove(link_, ignored);
}

z::Result<std::filesystem::path> partition_socket(const std::string& name) {
  const bool is_name = !name.empty() && std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) != 0; });
  if (!is_name) return z::failure("--name {}: write letters and digits", name);
  const auto socket = announcements() / (upper(name) + ".sock");
  if (lpar::ControlClient::connect(socket)) return z::failure("--name {}: a partition with this name runs", name);
  std::error_code ignored;
  std::filesystem::create_directories(socket.parent_path(), ignored);
  return socket;
}

z::Result<std::filesystem::path> find_member_socket(const std::string& machine_file, const std::string& member) {
  std::error_code none;
  if (!machine_file.empty()) {
    const auto file = Z_TRY(lpar::MachineFile::read(machine_file));
    if (file.lpar(upper(member)) != nullptr) return lpar_socket(file, upper(member));
    const auto socket = std::filesystem::read_symlink(entry_of(upper(member), file.run_directory), none);
    if (!none) return socket;
    return z::failure("no member {} of {} is running", member, machine_file);
  }
  const auto running = announced();
  const auto is_meant = [name = upper(member)](const Announced& one) { return one.member == name; };
  const auto found = std::ranges::find_if(running, is_meant);
  if (std::ranges::count_if(running, is_meant) > 1)
    return z::failure("several clusters have a member {}; name its machine file with --machine", upper(member));
  if (found != running.end()) return found->socket;
  if (running.empty()) return z::failure("no member is running; start a cluster with `endicott up FILE`");
  std::vector<std::string> names;
  for (const auto& one : running) names.push_back(one.member);
  return z::failure("no member {} is running; these are: {}", upper(member), fmt::join(names, ", "));
}

}  // namespace app
