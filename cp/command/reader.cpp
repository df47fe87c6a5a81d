// Files of a virtual reader: IMPORT, PURGE, QUERY READER. There is no spool behind it: the files are the reader's own, and go with it.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cp/command/command.h"

namespace cp {
namespace {

// A host file's bytes; nothing when it cannot be read.
std::optional<std::string> content_of(const std::filesystem::path& path) {
  if (std::error_code error; !std::filesystem::is_regular_file(path, error)) return std::nullopt;
  std::ifstream file{path, std::ios::binary};
  std::ostringstream content;
  content << file.rdbuf();
  if (!file || !content) return std::nullopt;
  return std::move(content).str();
}

// IMPORT userid [RECords|TEXT] path: a file of this host becomes a reader file of a user that is logged on. Not z/VM's: there it
// would be punched by a guest. A guest of class D, which gives commands by DIAGNOSE X'08', must not read the host's files.
Answer<Progress> import(Command& command) {
  auto& words = command.words;
  if (!command.issuer.is_operator_of_host) return refusal(6732);
  const auto userid = words.take_if("*") ? command.issuer.userid : Z_TRY(words.userid());
  auto* const machine = command.system.machine(userid);
  if (machine == nullptr) return refusal(45, userid);
  VirtualMachine::ReaderFile file;
  if (words.take_if("TEXT")) file.kind = VirtualMachine::ReaderFile::Kind::text;
  else words.take_if("RECords");
  if (!words.more()) return refusal(26);
  const std::filesystem::path path{words.rest()};
  auto content = content_of(path);
  if (!content) return refusal(6731, path.string());
  file.name = path.filename().string();
  file.content = std::move(*content);
  const auto bytes = file.content.size();
  Z_CHECK(machine->put_into_reader(std::move(file)));
  command.line(fmt::format("RDR FILE {} SENT TO {}: {} bytes", path.filename().string(), userid, bytes));
  return Progress::complete;
}

// PURge Reader|RDR ALL
Answer<Progress> purge(Command& command) {
  auto& words = command.words;
  auto* const machine = Z_TRY(own_machine(command));
  if (!words.take_if("Reader") && !words.take_if("RDR")) return words.more() ? refusal(2, words.peek()) : refusal(26);
  if (!words.take_if("ALL")) return words.more() ? refusal(2, words.peek()) : refusal(26);
  Z_CHECK(words.end());
  const auto count = machine->reader_files().size();
  Z_CHECK(machine->purge_reader());
  command.line(fmt::format("{:04} FILES PURGED", count));
  return Progress::complete;
}

constexpr auto rules = std::to_array<CommandRule>({
    {"IMPORT", "D", import},
    {"PURge", "DG", purge},
});

}  // namespace

// QUERY Reader|RDR [userid]
Answer<Progress> query_reader(Command& command) {
  auto& words = command.words;
  const auto userid = words.more() && command.issuer.classes.has('D') ? Z_TRY(words.userid()) : command.issuer.userid;
  Z_CHECK(words.end());
  const auto* const machine = command.system.machine(userid);
  if (machine == nullptr) return refusal(45, userid);
  const auto files = machine->reader_files();
  if (files.empty()) command.line("NO RDR FILES");
  for (const auto& name : files) command.line(fmt::format("{:8} RDR {}", userid, name));
  return Progress::complete;
}

std::span<const CommandRule> reader_commands() { return rules; }

}  // namespace cp
