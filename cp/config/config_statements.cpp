// One function a statement of SYSTEM CONFIG ("CP Planning and Administration", "The System Configuration File").
#include "cp/config/config_statements.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cp {
namespace {

void system_identifier(Cursor& words, SystemConfig&) {
  if (words.take_if("LPAR")) words.take("LPAR name");
  else words.take("processor model"), words.take("processor number");
  words.name("system name");
  while (words.more()) words.take("option");  // GATEWAY and the like
}

void system_identifier_default(Cursor& words, SystemConfig&) {
  words.name("system name");
  words.end("SYSTEM_IDENTIFIER_DEFAULT");
}

void equate(Cursor& words, SystemConfig&) {
  words.name("nickname");
  do words.name("system name");
  while (words.more());
}

void ssi_slot(Cursor& words, SsiStatement& ssi, std::array<bool, SsiStatement::most_slots>& is_given) {
  const auto at = words.at();
  const auto slot = words.number("slot number", 1, SsiStatement::most_slots);
  if (std::exchange(is_given[slot - 1], true)) throw SyntaxError{at, fmt::format("slot {} is given twice", slot)};
  if (words.take_if("AVAILable")) return;
  const auto member_at = words.at();
  auto member = words.name("system name");
  if (ssi.slot_of(member)) throw SyntaxError{member_at, fmt::format("{} already has a slot", member)};
  ssi.slots[slot - 1] = std::move(member);
}

void ssi(Cursor& words, SystemConfig& config) {
  if (config.ssi) return;  // later ones are ignored; ConfigChecks says so
  SsiStatement ssi;
  ssi.at = words.at();
  std::array<bool, SsiStatement::most_slots> is_given{};
  ssi.name = words.name("cluster name");
  while (words.more()) {
    if (words.take_if("PDR_VOLume")) {
      if (words.is_next("&SYSPARM")) words.take("volume");
      else ssi.pdr_volume = words.volume("volume label");
    } else {
      words.expect("SLOT");
      ssi_slot(words, ssi, is_given);
    }
  }
  config.ssi = std::move(ssi);
}

CylinderArea cylinder_area(Cursor& words) {
  CylinderArea area;
  words.expect("VOLid");
  area.volume = words.volume("volume label");
  words.expect("FROM");
  words.expect("CYLinder");
  area.first_cylinder = words.number("cylinder", 0, 65519);
  words.expect("FOR");
  area.cylinders = words.number("count of cylinders", 1, 65520);
  return area;
}

void system_residence(Cursor& words, SystemConfig& config) {
  SystemResidence residence;
  while (words.more()) {
    if (words.take_if("WARMstart")) {
      residence.warmstart = cylinder_area(words);
    } else {
      words.expect("CHECKpoint");
      residence.checkpoint = cylinder_area(words);
    }
  }
  if (residence.checkpoint.volume.empty()) words.fail("CHECKPOINT is missing");
  if (residence.warmstart.volume.empty()) words.fail("WARMSTART is missing");
  config.residence = residence;
}

void activate(Cursor& words, SystemConfig& config) {
  IsLinkStatement link;
  link.at = words.at();
  words.expect("ISLINK");
  do {
    const auto devices = words.devices("device number");
    link.devices.insert(link.devices.end(), devices.begin(), devices.end());
  } while (words.more() && !words.is_next("NODE"));
  if (words.take_if("NODE")) link.node = words.name("node name");
  words.end("ACTIVATE ISLINK");
  if (link.devices.size() > 16) words.fail("a logical link takes at most 16 devices");
  config.islinks.push_back(std::move(link));
}

void cp_owned(Cursor& words, SystemConfig& config) {
  CpOwnedVolume owned;
  owned.at = words.at();
  words.expect("SLOT");
  const auto slot = words.number("slot number", 1, 255);
  if (words.take_if("RESERVED")) return words.end("CP_OWNED");
  owned.volume = words.volume("volume label");
  if (words.take_if("SHAREd")) owned.kind = CpOwnedVolume::Kind::shared;
  else words.take_if("OWN");
  while (words.take_if("DUMP")) continue;
  words.end("CP_OWNED");
  const auto [other, is_new] = config.cp_owned.try_emplace(slot, owned);
  if (!is_new)
    throw SyntaxError{owned.at, fmt::format("slot {} already holds {} (line {})", slot, other->second.volume,
                                            other->second.at.line)};
}

std::vector<std::string> volume_patterns(Cursor& words) {
  std::vector<std::string> volumes;
  do {
    const auto at = words.at();
    auto volume = upper(words.take("volume label").text);
    if (volume.size() > 6) throw SyntaxError{at, fmt::format("{} is longer than a volume label", volume)};
    volumes.push_back(std::move(volume));
  } while (words.more());
  return volumes;
}

void add_volumes(Cursor& words, std::vector<std::string>& list) {
  auto volumes = volume_patterns(words);
  list.insert(list.end(), volumes.begin(), volumes.end());
}
void user_volume_list(Cursor& words, SystemConfig& config) { add_volumes(words, config.user_volume_list); }
void user_volume_include(Cursor& words, SystemConfig& config) { add_volumes(words, config.user_volume_include); }
void user_volume_exclude(Cursor& words, SystemConfig& config) { add_volumes(words, config.user_volume_exclude); }

bool yes_or_no(Cursor& words, Keyword yes, Keyword no) {
  if (words.take_if(yes)) return true;
  words.expect(no);
  return false;
}

void rdevice(Cursor& words, SystemConfig& config) {
  RealDeviceStatement device;
  device.devices = words.devices("device number");
  while (words.more() && (device_number(words.peek().text.substr(0, words.peek().text.find('-'))))) {
    const auto others = words.devices("device number");
    device.devices.insert(device.devices.end(), others.begin(), others.end());
  }
  while (words.more()) {
    if (words.take_if("EQID")) device.eqid = words.name("EQID");
    else if (words.take_if("TYPE")) device.type = upper(words.take("device type").text);
    else if (words.take_if("SHAREd")) device.shared = yes_or_no(words, "Yes", "No");
    else if (words.take_if("MDC")) device.minidisk_cache = yes_or_no(words, "ON", "OFF");
    else if (device.type.empty()) words.fail(fmt::format("{} is not an operand of RDEVICE", words.peek().text));
    else words.take("operand");  // those of a type: DASD, TAPE, ADV_FUNCTIONS ...
  }
  config.real_devices.push_back(std::move(device));
}

void relocation_domain(Cursor& words, SystemConfig& config) {
  RelocationDomainStatement domain;
  domain.at = words.at();
  domain.name = words.name("domain name");
  words.expect("MEMBErs");
  do domain.members.push_back(words.name("system name"));
  while (words.more());
  config.relocation_domains.push_back(std::move(domain));
}

void system_userids(Cursor& words, SystemConfig& config) {
  while (words.more()) {
    auto& userids = config.userids;
    auto* const target = words.take_if("OPERator")   ? &userids.operator_
                         : words.take_if("ACCOUNT")  ? &userids.account
                         : words.take_if("DUMP")     ? &userids.dump
                         : words.take_if("EREP")     ? &userids.erep
                         : words.take_if("STARTUP")  ? &userids.startup
                         : words.take_if("SYMPtom")  ? &userids.symptom
                                                     : nullptr;
    if (target == nullptr) words.fail(fmt::format("{} is not an operand of SYSTEM_USERIDS", words.peek().text));
    *target = words.name("userid");
    while (words.take_if("NOAUTOLOG") || words.take_if("DISConnect") || words.take_if("AUTOLOG")) continue;
  }
}

std::string mac_prefix(Cursor& words) {
  const auto at = words.at();
  auto prefix = upper(words.take("six hexadecimal digits").text);
  if (prefix.size() != 6 || prefix.find_first_not_of("0123456789ABCDEF") != std::string::npos)
    throw SyntaxError{at, fmt::format("{} is not a prefix of MAC addresses: it takes six hexadecimal digits", prefix)};
  return prefix;
}

void vmlan(Cursor& words, SystemConfig& config) {
  config.vmlan.at = words.at();
  while (words.more()) {
    if (words.take_if("MACPREFIX")) config.vmlan.mac_prefix = mac_prefix(words);
    else if (words.take_if("USERPREFIX")) config.vmlan.user_prefix = mac_prefix(words);
    else if (words.take_if("MACIDRANGE")) words.rest();  // ignored in a cluster
    else if (!words.take_if("MACPROTECT") && !words.take_if("ON") && !words.take_if("OFF"))
      words.fail(fmt::format("{} is not an operand of VMLAN", words.peek().text));
  }
}

std::uint16_t port_number(Cursor& words) { return static_cast<std::uint16_t>(words.number("port", 1, 65535)); }

// "10.0.2.15"
std::uint32_t ip_address(Cursor& words) {
  const auto at = words.at();
  const auto text = words.take("IP address").text;
  in_addr address{};
  if (::inet_pton(AF_INET, text.c_str(), &address) != 1) throw SyntaxError{at, fmt::format("{} is not an IP address", text)};
  return ::ntohl(address.s_addr);
}

// VSWITCH name [IP] [GLOBAL] [UPLINK HOST [FORWARD port TO address port]..]: UPLINK HOST is ours.
void define_vswitch(Cursor& words, SystemConfig& config) {
  VswitchStatement vswitch;
  vswitch.at = words.at();
  vswitch.name = words.name("name of a virtual switch");
  if (std::ranges::find(config.vswitches, vswitch.name, &VswitchStatement::name) != config.vswitches.end())
    throw SyntaxError{vswitch.at, fmt::format("VSWITCH {} is already defined", vswitch.name)};
  while (words.more()) {
    if (words.take_if("IP") || words.take_if("GLOBAL")) continue;
    words.expect("UPLINK");
    words.expect("HOST");
    vswitch.has_host_uplink = true;
    while (words.take_if("FORWARD")) {
      usernet::Forward forward{.host_port = port_number(words)};
      words.expect("TO");
      forward.guest = ip_address(words);
      forward.guest_port = port_number(words);
      vswitch.forwards.push_back(forward);
    }
  }
  config.vswitches.push_back(std::move(vswitch));
}

// Of the things that DEFINE makes, CP has virtual switches.
void define(Cursor& words, SystemConfig& config) {
  const auto at = words.at();
  if (words.take_if("VSWITCH")) return define_vswitch(words, config);
  config.kept.push_back({"DEFINE", words.rest(), at});
}

void tolerate_config_errors(Cursor& words, SystemConfig& config) {
  config.tolerates_errors = yes_or_no(words, "Yes", "No");
  words.end("TOLERATE_CONFIG_ERRORS");
}

void imbed(Cursor& words, SystemConfig&) { words.fail("IMBED is not offered: put the statements into this file"); }

using Apply = void (*)(Cursor&, SystemConfig&);
struct Rule {
  Keyword keyword;
  Apply apply;  // null: kept as it stands
};

constexpr auto rules = std::to_array<Rule>({
    {"ACTIVATE", activate},
    {"CP_Owned", cp_owned},
    {"EQUate", equate},
    {"IMBED", imbed},
    {"RDEVice", rdevice},
    {"RELOCATION_DOMAIN", relocation_domain},
    {"SSI", ssi},
    {"SYSTEM_IDentifier", system_identifier},
    {"SYSTEM_IDENTIFIER_Default", system_identifier_default},
    {"SYSTEM_RESidence", system_residence},
    {"SYSTEM_USERids", system_userids},
    {"TOLerate_config_errors", tolerate_config_errors},
    {"USER_VOLUME_Exclude", user_volume_exclude},
    {"USER_VOLUME_Include", user_volume_include},
    {"USER_VOLUME_List", user_volume_list},
    {"VMLAN", vmlan},
    {"ALTERNATE_OPERATORS", nullptr},
    {"CHARACTER_DEFAULTS", nullptr},
    {"CP_ACCESS", nullptr},
    {"CPXLOAD", nullptr},
    {"CRYPTO", nullptr},
    {"DEFINE", define},
    {"DEVICES", nullptr},
    {"DISABLE", nullptr},
    {"DISTRIBUTE", nullptr},
    {"DRAIN", nullptr},
    {"EDEVICE", nullptr},
    {"EMERGENCY_MESSAGE_consoles", nullptr},
    {"ENABLE", nullptr},
    {"ENFORCE_BY_VOLid", nullptr},
    {"EXTERNAL_SYNTAX", nullptr},
    {"FEATures", nullptr},
    {"FORM_DEFAULT", nullptr},
    {"HOT_IO_RATE", nullptr},
    {"INIT_MITIME", nullptr},
    {"JOURNALING", nullptr},
    {"LOGO_CONFIG", nullptr},
    {"MODIFY", nullptr},
    {"MONITOR", nullptr},
    {"MULTITHreading", nullptr},
    {"OPERATOR_CONSOLES", nullptr},
    {"PAGING", nullptr},
    {"PRINTER_TITLE", nullptr},
    {"PRIV_CLASSES", nullptr},
    {"PRODUCT", nullptr},
    {"SAY", nullptr},
    {"SET", nullptr},
    {"SIGNAL", nullptr},
    {"SRM", nullptr},
    {"START", nullptr},
    {"STORAGE", nullptr},
    {"SYSTEM_3270", nullptr},
    {"SYSTEM_ALIAS", nullptr},
    {"SYSTEM_DATEFORMAT", nullptr},
    {"THROTTLE", nullptr},
    {"TIMEZONE_BOUNDARY", nullptr},
    {"TIMEZONE_DEFinition", nullptr},
    {"TRANSLATE_TABLE", nullptr},
    {"USER_DEFAULTS", nullptr},
    {"USER_VOLUME_RDEV", nullptr},
    {"VMUP", nullptr},
    {"XLINK_DEVICE_DEFAULTS", nullptr},
    {"XLINK_SYSTEM_EXCLUDE", nullptr},
    {"XLINK_SYSTEM_INCLUDE", nullptr},
    {"XLINK_VOLUME_EXCLUDE", nullptr},
    {"XLINK_VOLUME_INCLUDE", nullptr},
});

const Rule* find_rule(std::string_view word) {
  const auto found = std::ranges::find_if(rules, [&](const Rule& rule) { return rule.keyword.matches(word); });
  return found == rules.end() ? nullptr : &*found;
}

[[noreturn]] void unknown_statement(const Token& word) {
  std::vector<std::string_view> names;
  for (const auto& rule : rules) names.push_back(rule.keyword.form());
  const auto near = nearest(word.text, names);
  throw SyntaxError{word.at, near.empty() ? fmt::format("{} is not a statement of SYSTEM CONFIG", word.text)
                                          : fmt::format("{} is not a statement of SYSTEM CONFIG; did you mean {}?",
                                                        word.text, near)};
}

}  // namespace

bool is_config_statement(std::string_view word) { return find_rule(word) != nullptr; }

void apply_config_statement(const ConfigStatement& statement, SystemConfig& config) {
  const auto& keyword = statement.words.front();
  const auto* const rule = find_rule(keyword.text);
  if (rule == nullptr) unknown_statement(keyword);
  Cursor words{statement.words};
  words.take("statement");
  if (rule->apply != nullptr) return rule->apply(words, config);
  config.kept.push_back({upper(rule->keyword.form()), words.rest(), keyword.at});
}

}  // namespace cp
