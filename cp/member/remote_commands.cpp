#include "cp/member/remote_commands.h"

#include "base/bytes.h"

namespace cp {
namespace {

enum class Kind : std::uint8_t { command = 1, line = 2, end = 3 };
constexpr unsigned not_joined = 1718;  // the member cannot be reached: nothing was executed

z::ByteWriter begin(Kind kind, std::uint32_t id) {
  z::ByteWriter writer;
  writer.u8(static_cast<std::uint8_t>(kind));
  writer.be32(id);
  return writer;
}

void put(z::ByteWriter& writer, const std::string& text) { writer.block(std::as_bytes(std::span{text})); }

z::Result<std::string> text(z::ByteReader& reader) {
  const auto bytes = Z_TRY(reader.block());
  return std::string{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

void RemoteCommands::run_at(const std::string& member, const Issuer& issuer, const std::string& command, ReplyPtr reply) {
  if (!link_.is_up(member)) {
    reply->line(fmt::format("HCPCCA{}E {} is not an active member; the command was not executed", not_joined, member));
    return reply->end(static_cast<int>(not_joined));
  }
  const auto id = ++last_id_;
  waiting_.emplace(id, Waiting{member, std::move(reply)});
  auto writer = begin(Kind::command, id);
  put(writer, issuer.userid);
  put(writer, issuer.classes.text());
  put(writer, issuer.member);
  put(writer, command);
  link_.send(member, std::move(writer).bytes());
}

bool RemoteCommands::received(const std::string& from, std::span<const std::byte> message) {
  return take(from, message).has_value();
}

z::Result<> RemoteCommands::take(const std::string& from, std::span<const std::byte> message) {
  z::ByteReader reader{message};
  const auto kind = static_cast<Kind>(Z_TRY(reader.u8()));
  const auto id = Z_TRY(reader.be32());
  if (kind == Kind::command) {
    Issuer issuer{.userid = Z_TRY(text(reader)), .classes = ClassSet{Z_TRY(text(reader))}, .member = Z_TRY(text(reader)), .virtual_cpu = {}};
    const auto command = Z_TRY(text(reader));
    link_.run_here(std::move(issuer), command,
                   std::make_shared<Reply>(
                       [this, from, id](std::string line) {
                         auto writer = begin(Kind::line, id);
                         put(writer, line);
                         link_.send(from, std::move(writer).bytes());
                       },
                       [this, from, id](int return_code) {
                         auto writer = begin(Kind::end, id);
                         writer.be32(static_cast<std::uint32_t>(return_code));
                         link_.send(from, std::move(writer).bytes());
                       }));
    return {};
  }
  const auto found = waiting_.find(id);
  if (found == waiting_.end() || found->second.member != from) return z::failure("an answer to no command");
  if (kind == Kind::line) {
    found->second.reply->line(Z_TRY(text(reader)));
  } else {
    const auto return_code = static_cast<int>(Z_TRY(reader.be32()));
    waiting_.extract(found).mapped().reply->end(return_code);
  }
  return {};
}

void RemoteCommands::link_down(const std::string& member) {
  for (auto next = waiting_.begin(); next != waiting_.end();) {
    const auto now = next++;
    if (now->second.member != member) continue;
    const auto lost = waiting_.extract(now).mapped();
    lost.reply->line(fmt::format("HCPCCA{}E the connection to {} was lost; the command may have been executed", not_joined, member));
    lost.reply->end(static_cast<int>(not_joined));
  }
}

}  // namespace cp
