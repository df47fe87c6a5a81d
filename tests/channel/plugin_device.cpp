// A device type in a shared object of its own, as somebody else would write it.
#include "channel/device_plugin.h"
#include "channel/standard_device.h"

namespace {

// Answers READ (02) with the text it was configured with.
class Echo final : public channel::StandardDevice {
 public:
  explicit Echo(std::string_view text) : text_(text) {}
  std::string_view type() const override { return "echo"; }
  std::string description() const override { return "echo " + text_; }
  void attached(channel::Port&) override {}
  void signal(channel::Signal) override {}

 private:
  channel::Identity identity() const override { return {0x1234, 0x05, 0x6789, 0x0A, {0x4072'0018}}; }
  channel::Ending perform(std::uint8_t command, channel::Transfer& data) override {
    if (command != 0x02) return check(channel::command_reject);
    data.send(std::as_bytes(std::span{text_}));
    return channel::Ending::with(channel::ended);
  }
  const std::string text_;
};

z::Result<> register_types(channel::Registry& registry) {
  return registry.add("echo", [](std::string_view arguments) -> z::Result<std::unique_ptr<channel::Device>> {
    for (const auto [key, value] : channel::split_arguments(arguments))
      if (key == "text") return std::make_unique<Echo>(value);
    return z::failure("echo: text= is missing");
  });
}

}  // namespace

extern "C" const EndicottDevicePlugin* endicott_device_plugin() {
  static const EndicottDevicePlugin plugin{PLUGIN_VERSION, "echo", &register_types};
  return &plugin;
}
