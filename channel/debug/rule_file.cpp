// Fault rules in TOML.
#include <fmt/format.h>
#include <toml++/toml.h>

#include "channel/debug/rules.h"

namespace channel {
namespace {

std::string place(const std::filesystem::path& file, const toml::source_region& region) {
  return fmt::format("{}:{}:{}", file.string(), region.begin.line, region.begin.column);
}

z::Result<toml::table> parse_toml(const std::filesystem::path& file) {
  try {
    return toml::parse_file(file.string());
  } catch (const toml::parse_error& error) {
    return z::failure("{}: {}", place(file, error.source()), error.description());
  }
}

// Values may be written as numbers or as strings; numbers of devices, commands and masks are hexadecimal and so strings.
z::Result<std::string> value_of(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto number = node.value_exact<std::int64_t>()) return fmt::format("{}", *number);
  return z::failure("write a string or a whole number");
}

z::Result<FaultRule> rule_of(const toml::table& table, const std::filesystem::path& file) {
  FaultRule rule;
  for (const auto& [key, node] : table) {
    const auto at = [&] { return place(file, node.source()); };
    const auto value = value_of(node);
    if (!value) return z::failure(value.error().within(fmt::format("{}: {}", at(), key.str())));
    if (const auto set = rule.set(key.str(), *value); !set) return z::failure(set.error().within(at()));
  }
  if (const auto complete = rule.complete(); !complete) return z::failure(complete.error().within(place(file, table.source())));
  return rule;
}

}  // namespace

z::Result<std::vector<FaultRule>> FaultRule::read(const std::filesystem::path& file) {
  const auto root = Z_TRY(parse_toml(file));
  std::vector<FaultRule> rules;
  for (const auto& [key, node] : root) {
    const auto* list = node.as_array();
    if (key != "fault" || list == nullptr || !list->is_homogeneous(toml::node_type::table))
      return z::failure("{}: {}: the file holds [[fault]] tables and nothing else", place(file, node.source()), key.str());
    for (const auto& table : *list) rules.push_back(Z_TRY(rule_of(*table.as_table(), file)));
  }
  return rules;
}

}  // namespace channel
