#include "channel/replay/recording.h"
#include "channel/trace/request.h"

namespace channel {
namespace {

constexpr std::string_view how_to_record = "record: write record:file=NAME,of=TYPE:ARGUMENTS, for example of=3390:file=disk.ckd";

// The rest behind "of=" is the other device's.
z::Result<std::unique_ptr<Device>> record(const Registry& registry, std::string_view arguments, const ReplaySink& complain) {
  constexpr std::string_view file = "file=", of = ",of=";
  const auto split_at = arguments.find(of);
  if (!arguments.starts_with(file) || split_at == std::string_view::npos) return z::failure("{}", how_to_record);
  const auto inner = arguments.substr(split_at + of.size());
  const auto colon = std::min(inner.find(':'), inner.size());
  auto device = Z_TRY(registry.create(inner.substr(0, colon), inner.substr(std::min(colon + 1, inner.size()))));
  auto writer = Z_TRY(RecordingWriter::create(arguments.substr(file.size(), split_at - file.size()), device->type()));
  return make_recorder(std::move(device), std::move(writer), complain);
}

z::Result<std::unique_ptr<Device>> replay(std::string_view arguments, const ReplaySink& complain) {
  std::string_view file;
  std::bitset<256> ignored;
  for (const auto& [key, value] : split_arguments(arguments)) {
    if (key == "file") file = value;
    else if (key == "ignore") ignored = Z_TRY(parse_commands(value));
    else return z::failure("replay: {} is not known; write replay:file=NAME[,ignore=AF+27]", key);
  }
  if (file.empty()) return z::failure("replay: write replay:file=NAME[,ignore=AF+27]");
  return make_replayer(Z_TRY(Recording::read(file)), ignored, complain);
}

}  // namespace

z::Result<> register_replay(Registry& registry, ReplaySink complain) {
  Z_CHECK(registry.add("record", [&registry, complain](std::string_view arguments) { return record(registry, arguments, complain); }));
  return registry.add("replay", [complain](std::string_view arguments) { return replay(arguments, complain); });
}

}  // namespace channel
