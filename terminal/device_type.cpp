#include "terminal/device_type.h"

#include <algorithm>
#include <optional>

#include "terminal/exchange.h"

namespace terminal {
namespace {

std::optional<Display3270::Model> parse_model(std::string_view text) {
  if (text == "3277") return Display3270::Model::m3277;
  if (text == "3278") return Display3270::Model::m3278;
  if (text == "3279") return Display3270::Model::m3279;
  return std::nullopt;
}

// As clients send it: in capitals.
std::string lu_name(std::string_view text) {
  std::string name{text};
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return name;
}

z::Result<std::unique_ptr<channel::Device>> make_3270(std::string_view arguments, Exchanges& exchanges) {
  std::optional<Listen> listen;
  std::string name, certificate, key_file;
  auto model = Display3270::Model::m3279;
  for (const auto& [key, value] : channel::split_arguments(arguments)) {
    if (key == "listen") listen = Z_TRY(parse_listen(value));
    else if (key == "lu" && !value.empty() && value.size() <= 8) name = lu_name(value);
    else if (key == "model" && parse_model(value)) model = *parse_model(value);
    else if (key == "tls-cert") certificate = value;
    else if (key == "tls-key") key_file = value;
    else
      return z::failure("3270: expected listen=HOST:PORT, lu=NAME (up to 8 characters), model=3277, 3278 or 3279, tls-cert=FILE or "
                        "tls-key=FILE: \"{}={}\"", key, value);
  }
  if (!listen) return z::failure("3270: listen=HOST:PORT is missing");
  if (certificate.empty() != key_file.empty()) return z::failure("3270: tls-cert=FILE and tls-key=FILE belong together");
  listen->certificate = std::move(certificate);
  listen->key = std::move(key_file);
  auto exchange = Z_TRY(exchanges.find_or_open(*listen));
  auto line = std::make_shared<DisplayLine>();
  name = Z_TRY(exchange->add(line, std::move(name)));
  auto place = fmt::format("listen={}:{} lu={}", listen->host, exchange->port(), name);
  return std::make_unique<Display3270>(model, line, std::move(place),
                                       [exchange, line] { exchange->remove(*line); });
}

}  // namespace

z::Result<> register_3270(channel::Registry& registry) {
  return registry.add("3270", [exchanges = std::make_shared<Exchanges>()](std::string_view arguments) {
    return make_3270(arguments, *exchanges);
  });
}

}  // namespace terminal
