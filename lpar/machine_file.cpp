#include "lpar/machine_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <toml++/toml.h>

#include "ctc/channel_path.h"

namespace lpar {
namespace {

using z::failure;

std::string place(const std::filesystem::path& file, const toml::source_region& region) {
  return fmt::format("{}:{}:{}", file.string(), region.begin.line, region.begin.column);
}

// Walks one table: every key must be asked for, so that a misspelt one is an error and not silently ignored.
class Table {
 public:
  Table(const toml::table& table, const std::filesystem::path& file, std::string name)
      : table_(table), file_(file), name_(std::move(name)) {}

  const toml::node* find(std::string_view key) {
    known_.insert(std::string(key));
    return table_.get(key);
  }
  z::Result<std::string> text(std::string_view key, std::optional<std::string> otherwise = std::nullopt) {
    const auto* node = find(key);
    if (node == nullptr && otherwise) return *otherwise;
    if (node == nullptr) return failure("{}: {} needs `{} = \"...\"`", where(table_), name_, key);
    if (const auto value = node->value<std::string>()) return *value;
    return failure("{}: {} of {} must be text in quotes", where(*node), key, name_);
  }
  z::Result<std::int64_t> number(std::string_view key, std::int64_t otherwise, std::int64_t low, std::int64_t high) {
    const auto* node = find(key);
    if (node == nullptr) return otherwise;
    const auto value = node->value<std::int64_t>();
    if (!value || *value < low || *value > high)
      return failure("{}: {} of {} must be a number from {} to {}", where(*node), key, name_, low, high);
    return *value;
  }
  z::Result<std::vector<std::string>> texts(std::string_view key) {
    std::vector<std::string> result;
    const auto* node = find(key);
    if (node == nullptr) return result;
    const auto* array = node->as_array();
    if (array == nullptr) return failure("{}: {} of {} must be a list of texts", where(*node), key, name_);
    for (const auto& item : *array) {
      const auto value = item.value<std::string>();
      if (!value) return failure("{}: {} of {} must be a list of texts", where(item), key, name_);
      result.push_back(*value);
    }
    return result;
  }
  z::Result<> no_other_keys() const {
    for (const auto& [key, node] : table_) {
      if (known_.contains(std::string(key.str()))) continue;
      return failure("{}: {} has no `{}`; it takes: {}", where(node), name_, key.str(), fmt::join(known_, ", "));
    }
    return {};
  }
  template <class Node>
  std::string where(const Node& node) const { return place(file_, node.source()); }
  std::string where() const { return place(file_, table_.source()); }

 private:
  const toml::table& table_;
  const std::filesystem::path& file_;
  std::string name_;
  std::set<std::string> known_;
};

// "tcp:HOST:PORT", the port of the first CTC; each further one takes the next.
bool is_tcp_link(std::string_view link) {
  const auto colon = link.rfind(':');
  unsigned port = 0;
  if (!link.starts_with("tcp:") || colon <= 4) return false;
  const auto [end, error] = std::from_chars(link.data() + colon + 1, link.data() + link.size(), port);
  return error == std::errc{} && end == link.data() + link.size() && port > 0 && port <= 65000;
}

// Tables of a list of tables such as [[volume]], each with its name for messages.
z::Result<std::vector<Table>> tables(const toml::table& root, std::string_view key, const std::filesystem::path& file) {
  std::vector<Table> result;
  const auto* node = root.get(key);
  if (node == nullptr) return result;
  const auto* array = node->as_array();
  if (array == nullptr || !array->is_homogeneous(toml::node_type::table))
    return failure("{}: write each {} as [[{}]]", place(file, node->source()), key, key);
  for (const auto& item : *array) result.emplace_back(*item.as_table(), file, fmt::format("[[{}]]", key));
  return result;
}

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) { file_.path = path; }

  z::Result<MachineFile> read() {
    auto parsed = Z_TRY(parse());
    Table root{parsed, file_.path, "the machine file"};
    for (const auto* key : {"lpar", "cec", "chpid", "volume", "ctc", "device", "terminal"}) root.find(key);
    file_.run_directory = resolve(Z_TRY(root.text("run_directory", "run")));
    file_.system_config = resolve(Z_TRY(root.text("system_config", "SYSTEM.CONFIG")));
    file_.user_directory = resolve(Z_TRY(root.text("user_directory", "USER.DIRECT")));
    file_.plugins = Z_TRY(root.texts("plugins"));
    Z_CHECK(root.no_other_keys());
    Z_CHECK(read_cecs(parsed));
    Z_CHECK(read_lpars(parsed));
    Z_CHECK(read_chpids(parsed));
    Z_CHECK(read_volumes(parsed));
    Z_CHECK(read_ctcs(parsed));
    Z_CHECK(read_devices(parsed));
    Z_CHECK(read_terminals(parsed));
    return std::move(file_);
  }

 private:
  z::Result<toml::table> parse() {
    try {
      return toml::parse_file(file_.path.string());
    } catch (const toml::parse_error& error) {
      return failure("{}: {}", place(file_.path, error.source()), error.description());
    }
  }

  std::filesystem::path resolve(const std::string& name) const {
    return std::filesystem::absolute(file_.path).parent_path() / name;
  }

  z::Result<> read_cecs(const toml::table& root) {
    for (auto& table : Z_TRY(tables(root, "cec", file_.path))) {
      const auto name = Z_TRY(table.text("name"));
      const auto model = parse_model(Z_TRY(table.text("cpu_model", "z16")));
      if (!model) return failure(model.error().within(table.where()));
      cecs_[name] = *model;
      Z_CHECK(table.no_other_keys());
    }
    return {};
  }

  z::Result<> read_lpars(const toml::table& root) {
    for (auto& table : Z_TRY(tables(root, "lpar", file_.path))) {
      LparDefinition lpar;
      lpar.name = Z_TRY(table.text("name"));
      if (lpar.name.empty() || lpar.name.size() > 8)
        return failure("{}: an LPAR name has 1 to 8 characters: {}", table.where(), lpar.name);
      if (file_.lpar(lpar.name) != nullptr) return failure("{}: LPAR {} is defined twice", table.where(), lpar.name);
      lpar.cec = Z_TRY(table.text("cec", ""));
      if (const auto cec = cecs_.find(lpar.cec); cec != cecs_.end()) lpar.model = cec->second;
      else if (!lpar.cec.empty()) return failure("{}: no [[cec]] is named {}", table.where(), lpar.cec);
      auto size = parse_size(Z_TRY(table.text("storage", "512M")));
      if (!size) return failure(size.error().within(table.where()));
      lpar.storage = *size;
      lpar.cpus = static_cast<unsigned>(Z_TRY(table.number("cpus", 1, 1, 64)));
      Z_CHECK(table.no_other_keys());
      file_.lpars.push_back(std::move(lpar));
    }
    if (file_.lpars.empty()) return failure("{}:1: no [[lpar]] is defined", file_.path.string());
    return {};
  }

  // [[chpid]] number = "50", speed = "8Gb/s": of every LPAR
  z::Result<> read_chpids(const toml::table& root) {
    for (auto& table : Z_TRY(tables(root, "chpid", file_.path))) {
      const auto number = Z_TRY(parse_chpid(table, Z_TRY(table.text("number"))));
      const auto speed = Z_TRY(table.text("speed"));
      if (const auto rate = ctc::parse_channel_speed(speed); !rate) return failure(rate.error().within(table.where()));
      if (!speeds_.emplace(number.value, speed).second) return failure("{}: CHPID {:02X} is defined twice", table.where(), number.value);
      Z_CHECK(table.no_other_keys());
    }
    return {};
  }

  // [[volume]] device = "0200", file = "m01res.ckd", lpars = [...] (all when absent)
  z::Result<> read_volumes(const toml::table& root) {
    for (auto& table : Z_TRY(tables(root, "volume", file_.path))) {
      const auto place = Z_TRY(device_place(table, "device"));
      DeviceDefinition device{.number = place.number, .set = place.set, .type = "3390", .arguments = {}, .chpids = {}};
      device.arguments = "file=" + resolve(Z_TRY(table.text("file"))).string();
      if (Z_TRY(table.text("access", "rw")) == "ro") device.arguments += ",ro";
      Z_CHECK(chpids(table, device));
      Z_CHECK(add_to_lpars(table, device));
      Z_CHECK(table.no_other_keys());
    }
    return {};
  }

  // [[ctc]] between = ["LP01", "LP02"], device = "6000", count = 4
  z::Result<> read_ctcs(const toml::table& root) {
    for (auto& table : Z_TRY(tables(root, "ctc", file_.path))) {
      const auto ends = Z_TRY(table.texts("between"));
      if (ends.size() != 2) return failure("{}: between must name two LPARs", table.where());
      const auto first = Z_TRY(device_number(table, "device"));
      const auto count = Z_TRY(table.number("count", 1, 1, 16));
      const auto link = Z_TRY(table.text("link", "shm"));
      if (link != "shm" && !is_tcp_link(link))
        return failure("{}: link must be \"shm\" or \"tcp:HOST:PORT\", not {}", table.where(), link);
      DeviceDefinition device{.number = {}, .type = "fctc", .arguments = {}, .chpids = {}};
      Z_CHECK(chpids(table, device));
      Z_CHECK(table.no_other_keys());
      for (std::int64_t i = 0; i < count; ++i) {
        device.number = z::DeviceNumber{static_cast<std::uint16_t>(first.value + i)};
        for (const auto& name : ends) {
          device.arguments = link_arguments(link, ends, name, device.number, i) + path_arguments(device.chpids[0]);
          Z_CHECK(add(table, name, device));
        }
      }
    }
    return {};
  }

  // The end named first creates the link and arbitrates; the other connects to it.
  std::string link_arguments(const std::string& link, const std::vector<std::string>& ends, const std::string& self,
                             z::DeviceNumber number, std::int64_t index) const {
    const bool first = self == ends[0];
    const auto end = [&](const std::string& lpar) { return fmt::format("{}.{:04X}", lpar, number.value); };
    const auto names = fmt::format("name={},peer={}{}", end(self), end(ends[first ? 1 : 0]), first ? ",listen" : "");
    if (link == "shm") {
      const auto path = file_.run_directory / fmt::format("ctc-{}-{}-{:04X}", ends[0], ends[1], number.value);
      return fmt::format("link=shm:{},{}", path.string(), names);
    }
    const auto colon = link.rfind(':');
    const auto port = std::stoi(link.substr(colon + 1)) + static_cast<int>(index);
    return fmt::format("link={}:{},{}", link.substr(0, colon), port, names);
  }

  // A CTC goes as fast as the channel path it is on; without [[chpid]], as fast as the host.
  std::string path_arguments(z::Chpid chpid) const {
    const auto speed = speeds_.find(chpid.value);
    return speed == speeds_.end() ? "" : fmt::format(",speed={},path={:02X}", speed->second, chpid.value);
  }

  // [[device]] lpar = "LP01", number = "0009", type = "3215", arguments = "..."
  z::Result<> read_devices(const toml::table& root) {
    for (auto& table : Z_TRY(tables(root, "device", file_.path))) {
      const auto place = Z_TRY(device_place(table, "number"));
      DeviceDefinition device{.number = place.number, .set = place.set, .type = Z_TRY(table.text("type")),
                              .arguments = Z_TRY(table.text("arguments", "")), .chpids = {}};
      Z_CHECK(chpids(table, device));
      Z_CHECK(add_to_lpars(table, device));
      Z_CHECK(table.no_other_keys());
    }
    return {};
  }

  // [[terminal]] listen = "127.0.0.1:3270", lpar = "LP01"
  z::Result<> read_terminals(const toml::table& root) {
    for (auto& table : Z_TRY(tables(root, "terminal", file_.path))) {
      auto listen = terminal::parse_listen(Z_TRY(table.text("listen")));
      if (!listen) return failure(listen.error().within(table.where()));
      const auto name = Z_TRY(table.text("lpar"));
      const auto lpar = std::ranges::find(file_.lpars, name, &LparDefinition::name);
      if (lpar == file_.lpars.end()) return failure("{}: no [[lpar]] is named {}", table.where(), name);
      const auto certificate = Z_TRY(table.text("tls_cert", "")), key = Z_TRY(table.text("tls_key", ""));
      if (certificate.empty() != key.empty()) return failure("{}: tls_cert and tls_key belong together", table.where());
      if (!key.empty()) {
        listen->certificate = resolve(certificate).string();
        listen->key = resolve(key).string();
      }
      Z_CHECK(table.no_other_keys());
      lpar->terminals.push_back(std::move(*listen));
    }
    return {};
  }

  z::Result<DevicePlace> device_place(Table& table, std::string_view key) {
    auto place = parse_device_place(Z_TRY(table.text(key)));
    if (!place) return failure(place.error().within(table.where()));
    return *place;
  }

  z::Result<z::DeviceNumber> device_number(Table& table, std::string_view key) {
    auto number = parse_device_number(Z_TRY(table.text(key)));
    if (!number) return failure(number.error().within(table.where()));
    return *number;
  }

  static z::Result<z::Chpid> parse_chpid(const Table& table, std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (error != std::errc{} || end != text.data() + text.size() || value > 0xFF)
      return failure("{}: a CHPID is two hexadecimal digits, not {}", table.where(), text);
    return z::Chpid{static_cast<std::uint8_t>(value)};
  }

  z::Result<> chpids(Table& table, DeviceDefinition& device) {
    for (const auto& text : Z_TRY(table.texts("chpids"))) {
      device.chpids.push_back(Z_TRY(parse_chpid(table, text)));
    }
    if (device.chpids.empty()) device.chpids.emplace_back(std::uint8_t{0});
    if (device.chpids.size() > 8) return failure("{}: a device has at most 8 channel paths", table.where());
    return {};
  }

  z::Result<> add_to_lpars(Table& table, const DeviceDefinition& device) {
    auto names = Z_TRY(table.texts("lpars"));
    if (names.empty())
      for (const auto& lpar : file_.lpars) names.push_back(lpar.name);
    for (const auto& name : names) Z_CHECK(add(table, name, device));
    return {};
  }

  z::Result<> add(const Table& table, const std::string& lpar_name, const DeviceDefinition& device) {
    const auto lpar = std::ranges::find(file_.lpars, lpar_name, &LparDefinition::name);
    if (lpar == file_.lpars.end()) return failure("{}: no [[lpar]] is named {}", table.where(), lpar_name);
    if (std::ranges::find(lpar->devices, device.number, &DeviceDefinition::number) != lpar->devices.end())
      return failure("{}: device {:04X} is defined twice in LPAR {}", table.where(), device.number.value, lpar_name);
    lpar->devices.push_back(device);
    return {};
  }

  MachineFile file_;
  std::map<std::string, cpu::Model> cecs_;
  std::map<std::uint8_t, std::string> speeds_;  // of channel paths
};

}  // namespace

const LparDefinition* MachineFile::lpar(std::string_view name) const {
  const auto found = std::ranges::find(lpars, name, &LparDefinition::name);
  return found == lpars.end() ? nullptr : &*found;
}

z::Result<MachineFile> MachineFile::read(const std::filesystem::path& path) { return Reader{path}.read(); }

z::Result<z::Bytes> parse_size(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit{end, text.data() + text.size()};
  unsigned shift = 0;
  if (unit == "K" || unit == "k") shift = 10;
  else if (unit == "M" || unit == "m") shift = 20;
  else if (unit == "G" || unit == "g") shift = 30;
  else if (!unit.empty()) shift = 64;
  if (error != std::errc{} || value == 0 || shift == 64 || value >> (44 - shift) != 0)
    return failure("a size is a number with K, M or G, for example 512M: {}", text);
  return z::Bytes{value << shift};
}

z::Result<cpu::Model> parse_model(std::string_view text) {
  if (const auto model = cpu::find_model(text)) return *model;
  std::vector<std::string_view> names;
  for (const auto& known : cpu::models()) names.push_back(known.name);
  return failure("a CPU model is one of {}: {}", fmt::join(names, ", "), text);
}

z::Result<z::DeviceNumber> parse_device_number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (text.empty() || text.size() > 4 || error != std::errc{} || end != text.data() + text.size())
    return failure("a device number is one to four hexadecimal digits: {}", text);
  return z::DeviceNumber{static_cast<std::uint16_t>(value)};
}

z::Result<DevicePlace> parse_device_place(std::string_view text) {
  constexpr std::size_t prefix_length = 4;  // "0.1."
  if (text.find('.') == std::string_view::npos) return DevicePlace{.number = Z_TRY(parse_device_number(text))};
  if (text.size() < prefix_length || !text.starts_with("0.") || text[2] < '0' || text[2] > '3' || text[3] != '.')
    return failure("a device of a subchannel set is 0.SET.NUMBER with a set from 0 to 3: {}", text);
  return DevicePlace{.number = Z_TRY(parse_device_number(text.substr(prefix_length))), .set = static_cast<std::uint8_t>(text[2] - '0')};
}

}  // namespace lpar
