#include "channel/replay/recording.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/be.h"

namespace channel {
namespace {

constexpr std::string_view signature = "ENDIREC1";

struct EventHead {
  std::uint8_t kind, command, ending, status, has_excess;
  z::be32 control, output, input, sense;  // bytes of each behind this
};
static_assert(sizeof(EventHead) == 21);

void append(std::vector<std::byte>& to, std::span<const std::byte> bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

z::be32 length(const std::vector<std::byte>& bytes) { return static_cast<std::uint32_t>(bytes.size()); }

bool is_sound(const EventHead& head) {
  return head.kind <= static_cast<std::uint8_t>(RecordedEvent::Kind::unsolicited) &&
         head.ending <= static_cast<std::uint8_t>(Ending::Kind::channel_end_then_waiting);
}

}  // namespace

z::Result<RecordingWriter> RecordingWriter::create(const std::filesystem::path& path, std::string_view type) {
  z::Fd file{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
  if (!file) return z::failure(z::Error::host(errno, "recording to " + path.string()));
  RecordingWriter writer{std::move(file)};
  std::string head{signature};
  head += static_cast<char>(type.size());
  head += type;
  Z_CHECK(writer.write(std::as_bytes(std::span{head})));
  return writer;
}

z::Result<> RecordingWriter::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return z::failure(z::Error::host(errno, "writing a recording"));
    if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

z::Result<> RecordingWriter::append(const RecordedEvent& event) {
  const EventHead head{.kind = static_cast<std::uint8_t>(event.kind), .command = event.command,
                       .ending = static_cast<std::uint8_t>(event.ending.kind), .status = event.ending.status.bits,
                       .has_excess = event.has_excess, .control = length(event.control), .output = length(event.output),
                       .input = length(event.input), .sense = length(event.sense)};
  std::vector<std::byte> bytes;
  channel::append(bytes, std::as_bytes(std::span{&head, 1}));
  for (const auto* part : {&event.control, &event.output, &event.input, &event.sense}) channel::append(bytes, *part);
  return write(bytes);
}

z::Result<Recording> Recording::read(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return z::failure(z::Error::host(errno, "replaying " + path.string()));
  const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  const auto rest_of = [&](std::size_t at) { return std::as_bytes(std::span{bytes}).subspan(at); };
  if (!bytes.starts_with(signature) || bytes.size() <= signature.size()) return z::failure("{} is not a recording of a device", path.string());
  Recording recording;
  const std::size_t name_length = static_cast<unsigned char>(bytes[signature.size()]);
  recording.type = bytes.substr(signature.size() + 1, name_length);
  std::size_t at = signature.size() + 1 + name_length;
  while (at + sizeof(EventHead) <= bytes.size()) {
    EventHead head;
    std::memcpy(&head, bytes.data() + at, sizeof head);
    const std::array<std::size_t, 4> lengths{head.control, head.output, head.input, head.sense};
    std::size_t total = 0;
    for (const auto part : lengths) total += part;
    if (!is_sound(head)) return z::failure("{}: event {} makes no sense", path.string(), recording.events.size() + 1);
    at += sizeof head;
    if (total > bytes.size() - at) break;
    RecordedEvent event{.kind = static_cast<RecordedEvent::Kind>(head.kind), .command = head.command,
                        .ending = {static_cast<Ending::Kind>(head.ending), {head.status}}, .has_excess = head.has_excess != 0,
                        .control = {}, .output = {}, .input = {}, .sense = {}};
    const std::array<std::vector<std::byte>*, 4> parts{&event.control, &event.output, &event.input, &event.sense};
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto part = rest_of(at).first(lengths[i]);
      parts[i]->assign(part.begin(), part.end());
      at += lengths[i];
    }
    recording.events.push_back(std::move(event));
  }
  return recording;
}

}  // namespace channel
