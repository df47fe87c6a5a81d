// One function a general statement of USER DIRECT ("CP Planning and Administration", "Creating and Updating a User
// Directory").
#include <fmt/format.h>

#include <array>
#include <charconv>

#include "cp/directory/directory_reader.h"

namespace cp {
namespace {

struct Context {
  DirectoryEntry& entry;
  Origin origin;
};

// "64M", "1G", "65536K", "1048576": with a unit, or megabytes when there is none.
z::Bytes storage_size(Cursor& words, std::string_view what) {
  const auto word = words.more() ? upper(words.peek().text) : std::string{};
  std::uint64_t amount = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), amount);
  const auto unit = std::string_view{end, word.data() + word.size()};
  const auto place = unit.empty() ? 1 : std::string_view{"KMGT"}.find(unit.front());
  if (!word.empty() && (error != std::errc{} || unit.size() > 1 || place == std::string_view::npos || amount == 0))
    words.fail(fmt::format("{} is not a storage size: write it as 64M or 2G", word));
  words.take(what);
  return {amount << (10 * (place + 1))};
}

// USER and IDENTITY: id pw [minstor [maxstor [classes ...]]]
void user(Cursor& words, Context context) {
  auto& entry = context.entry;
  entry.userid = words.name("userid");
  entry.password = words.name("password");
  if (!words.more()) return;
  entry.storage = entry.maximum_storage = storage_size(words, "storage size");
  if (!words.more()) return;
  entry.maximum_storage = storage_size(words, "maximum storage size");
  if (entry.maximum_storage < entry.storage) words.fail("the maximum storage is less than the storage at logon");
  if (!words.more()) return;
  const auto at = words.at();
  const auto classes = upper(words.take("classes").text);
  if (classes.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ123456") != std::string::npos)
    throw SyntaxError{at, fmt::format("{} is not a set of privilege classes (A-Z, 1-6)", classes)};
  entry.classes = ClassSet{classes};
  words.rest();  // priority and line-editing characters
}

void begins_block(Cursor& words, Context) {
  words.name("name");
  words.end("this statement");
}

void account(Cursor& words, Context context) {
  context.entry.account = upper(words.take("account number").text);
  words.rest();
}

void autolog(Cursor& words, Context context) {
  for (auto& userid : words.rest()) context.entry.autologged.push_back(std::move(userid));
}

void command(Cursor& words, Context context) {
  context.entry.commands.push_back(words.take("command").text);
  words.end("COMMAND");
}

void console(Cursor& words, Context context) {
  ConsoleDefinition console;
  console.device = words.device("device number");
  console.type = upper(words.take("console type").text);
  if (console.type != "3215" && console.type != "3270" && console.type != "1052" && console.type != "3210")
    words.fail(fmt::format("{} is not a console: it is 3215 or 3270", console.type));
  if (words.more()) console.spool_class = upper(words.take("class").text);
  if (words.more()) console.observer = words.name("userid");
  words.rest();
  context.entry.console = std::move(console);
}

void cpu(Cursor& words, Context context) {
  VirtualCpu cpu;
  const auto at = words.at();
  const auto address = words.device("CPU address").value;
  if (address > 63) throw SyntaxError{at, "a CPU address is 00 to 3F"};
  cpu.address = static_cast<std::uint8_t>(address);
  for (const auto& other : context.entry.cpus)
    if (other.address == cpu.address) throw SyntaxError{at, fmt::format("CPU {:02X} is already defined", cpu.address)};
  while (words.more()) {
    if (words.take_if("BASE")) cpu.is_base = true;
    else if (words.take_if("CPUID")) cpu.cpuid = upper(words.take("CPUID").text);
    else if (!words.take_if("NODEDicate") && !words.take_if("CRYPTO"))
      words.fail(fmt::format("{} is not an operand of CPU", words.peek().text));
  }
  context.entry.cpus.push_back(std::move(cpu));
}

void dedicate(Cursor& words, Context context) {
  DedicatedDevice device;
  device.device = words.device("virtual device number");
  if (words.take_if("EQID")) device.eqid = words.name("EQID");
  else device.real_device = words.device("real device number");
  words.rest();
  context.entry.dedicated.push_back(std::move(device));
}

void ipl(Cursor& words, Context context) {
  IplDefinition ipl;
  ipl.target = words.name("device number or saved system");
  while (words.more()) {
    if (words.take_if("LOADPARM")) {
      ipl.load_parameter = upper(words.take("load parameter").text);
    } else {
      words.expect("PARM");
      ipl.parameter = fmt::format("{}", fmt::join(words.rest(), " "));
    }
  }
  context.entry.ipl = std::move(ipl);
}

constexpr auto link_modes =
    std::to_array<std::string_view>({"R", "RR", "W", "WR", "M", "MR", "MW", "SR", "SW", "SM", "ER", "EW"});

std::string link_mode(Cursor& words) {
  const auto at = words.at();
  auto mode = upper(words.take("mode").text);
  auto plain = std::string_view{mode};
  for (const auto suffix : {'V', 'E', 'S', 'D'})
    if (plain.size() > 1 && plain.back() == suffix && std::ranges::find(link_modes, plain) == link_modes.end())
      plain.remove_suffix(1);
  if (std::ranges::find(link_modes, plain) == link_modes.end())
    throw SyntaxError{at, fmt::format("{} is not an access mode: R RR W WR M MR MW, with V, S or E", mode)};
  return mode;
}

void link(Cursor& words, Context context) {
  MinidiskLink link;
  link.owner = words.is_next("*") ? upper(words.take("owner").text) : words.name("userid of the owner");
  link.owner_device = words.device("device number of the owner");
  link.device = words.more() ? words.device("virtual device number") : link.owner_device;
  if (words.more()) link.mode = link_mode(words);
  words.end("LINK");
  context.entry.links.push_back(std::move(link));
}

void machine(Cursor& words, Context context) {
  static constexpr auto modes = std::to_array<std::pair<Keyword, MachineMode>>(
      {{"ESA", MachineMode::esa}, {"XA", MachineMode::xa}, {"XC", MachineMode::xc}, {"Z", MachineMode::z}});
  const auto mode = std::ranges::find_if(modes, [&](const auto& one) { return words.take_if(one.first); });
  if (mode == modes.end()) words.fail("a machine is ESA, XA, XC or Z");
  context.entry.machine = mode->second;
  if (words.more()) context.entry.maximum_cpus = words.number("count of CPUs", 1, 64);
  words.end("MACHINE");
}

std::uint64_t block_count(Cursor& words) {
  const auto at = words.at();
  const auto count = words.number("count", 1, 0xFFFF'FFFF);
  if (count > 4'194'296) throw SyntaxError{at, "a virtual disk in storage has at most 4194296 blocks"};
  return count;
}

void place_minidisk(Cursor& words, Minidisk& disk) {
  if (words.take_if("DEVNO")) {
    disk.kind = Minidisk::Kind::whole_device;
    disk.real_device = words.device("real device number");
  } else if (words.take_if("V-DISK")) {
    disk.kind = Minidisk::Kind::in_storage;
    disk.size = block_count(words);
  } else if (words.take_if("T-DISK")) {
    disk.kind = Minidisk::Kind::temporary;
    disk.size = words.number("count of cylinders", 1, 65520);
  } else {
    disk.start = words.number("first cylinder", 0, 65519);
    if (words.take_if("END")) disk.kind = Minidisk::Kind::full_volume;
    else disk.size = words.number("count of cylinders", 1, 65520);
    if (disk.kind == Minidisk::Kind::full_volume && disk.start != 0) disk.kind = Minidisk::Kind::extent;
    disk.volume = words.volume("volume label");
  }
}

void mdisk(Cursor& words, Context context) {
  Minidisk disk;
  disk.is_local = context.origin == Origin::local;
  const auto at = words.at();
  disk.device = words.device("virtual device number");
  if (context.entry.minidisk(disk.device) != nullptr)
    throw SyntaxError{at, fmt::format("minidisk {:04X} is already defined", disk.device.value)};
  disk.type = upper(words.take("device type").text);
  if (disk.type != "3390" && disk.type != "3380" && !disk.type.starts_with("FB-512"))
    words.fail(fmt::format("{} is not a device type of minidisks: it is 3390 or FB-512", disk.type));
  place_minidisk(words, disk);
  if (words.more()) disk.mode = link_mode(words);
  while (words.more()) {
    disk.passwords.push_back(upper(words.take("password").text));
    if (disk.passwords.size() > 3) words.fail("a minidisk has at most three passwords");
  }
  context.entry.minidisks.push_back(std::move(disk));
}

void minidisk_options(Cursor& words, Context context) {
  if (context.entry.minidisks.empty()) words.fail("MINIOPT belongs behind an MDISK");
  context.entry.kept.push_back({"MINIOPT", words.rest()});
}

void logon_by(Cursor& words, Context context) {
  for (auto& userid : words.rest()) context.entry.logon_by.push_back(std::move(userid));
}

void option(Cursor& words, Context context) {
  while (words.more()) {
    if (words.take_if("CHPIDVirtualization")) {
      words.expect("ONE");
      context.entry.options.insert("CHPIDVIRTUALIZATION");
    } else if (words.take_if("MAXCONN")) {
      words.number("count of connections", 1, 65535);
      context.entry.options.insert("MAXCONN");
    } else {
      context.entry.options.insert(upper(words.take("option").text));
    }
  }
}

void share(Cursor& words, Context context) {
  ShareDefinition share;
  if (words.take_if("ABSolute")) {
    share.kind = ShareDefinition::Kind::absolute;
    const auto at = words.at();
    const auto text = words.take("percentage").text;
    double percent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
    if (error != std::errc{} || percent <= 0 || percent > 100 || std::string_view{end, text.data() + text.size()} != "%")
      throw SyntaxError{at, fmt::format("{} is not a percentage", text)};
    share.amount = static_cast<std::uint32_t>(percent * 10 + 0.5);
  } else {
    words.expect("RELative");
    share.amount = words.number("relative share", 1, 10000);
  }
  share.limits = words.rest();
  context.entry.share = std::move(share);
}

void special(Cursor& words, Context context) {
  SpecialDevice device;
  device.device = words.device("virtual device number");
  device.type = upper(words.take("device type").text);
  device.operands = words.rest();
  context.entry.specials.push_back(std::move(device));
}

void spool(Cursor& words, Context context) {
  SpoolDevice device;
  device.device = words.device("virtual device number");
  device.type = upper(words.take("device type").text);
  device.operands = words.rest();
  context.entry.spool_devices.push_back(std::move(device));
}

void vmrelocate(Cursor& words, Context context) {
  auto& relocation = context.entry.relocation;
  while (words.more()) {
    if (words.take_if("ON")) relocation.is_enabled = true;
    else if (words.take_if("OFF")) relocation.is_enabled = false;
    else words.expect("DOMAIN"), relocation.domain = words.name("relocation domain");
  }
}

void handled_elsewhere(Cursor&, Context) {}

using Apply = void (*)(Cursor&, Context);
struct Rule {
  Keyword keyword;
  Apply apply;  // null: kept as it stands
};

constexpr auto rules = std::to_array<Rule>({
    {"ACCount", account},
    {"AUTOlog", autolog},
    {"BUILD", handled_elsewhere},
    {"COMMAND", command},
    {"CMD", command},
    {"CONsole", console},
    {"CPU", cpu},
    {"DEDicate", dedicate},
    {"IDENTity", user},
    {"INClude", handled_elsewhere},
    {"IPL", ipl},
    {"LINK", link},
    {"LOGONBY", logon_by},
    {"MACHine", machine},
    {"Mdisk", mdisk},
    {"MINIOPT", minidisk_options},
    {"OPTion", option},
    {"PROFile", begins_block},
    {"SHARE", share},
    {"SPEcial", special},
    {"SPool", spool},
    {"SUBCONfig", begins_block},
    {"User", user},
    {"VMRELOcate", vmrelocate},
    {"ACIGROUP", nullptr},
    {"ADJUNCT", nullptr},
    {"APPCPASS", nullptr},
    {"CLASS", nullptr},
    {"CRYPTO", nullptr},
    {"D8ONECMD", nullptr},
    {"DASDOPT", nullptr},
    {"DATEFORMAT", nullptr},
    {"IUCV", nullptr},
    {"LOADDEV", nullptr},
    {"MAXSTORAGE", nullptr},
    {"NAMESAVE", nullptr},
    {"NICDEF", nullptr},
    {"NOPDATA", nullptr},
    {"NOTE", nullptr},
    {"POOL", nullptr},
    {"POSIXGLIST", nullptr},
    {"POSIXINFO", nullptr},
    {"POSIXOPT", nullptr},
    {"SCREEN", nullptr},
    {"SPOOLFILE", nullptr},
    {"STDEVOPT", nullptr},
    {"STORAGE", nullptr},
    {"SYSAFFIN", nullptr},
    {"VMSAVE", nullptr},
    {"XAUTOLOG", nullptr},
    {"XCONFIG", nullptr},
    {"XSTORE", nullptr},
});

const Rule* find_rule(std::string_view word) {
  const auto found = std::ranges::find_if(rules, [&](const Rule& rule) { return rule.keyword.matches(word); });
  return found == rules.end() ? nullptr : &*found;
}

}  // namespace

bool is_directory_statement(std::string_view word) { return find_rule(word) != nullptr; }

void unknown_directory_statement(const Token& word) {
  std::vector<std::string_view> names;
  for (const auto& rule : rules) names.push_back(rule.keyword.form());
  const auto near = nearest(word.text, names);
  throw SyntaxError{word.at, near.empty() ? fmt::format("{} is not a directory statement", word.text)
                                          : fmt::format("{} is not a directory statement; did you mean {}?", word.text,
                                                        upper(near))};
}

void apply_directory_statement(const DirectoryStatement& statement, Origin origin, DirectoryEntry& entry) {
  const auto& keyword = statement.words.front();
  const auto* const rule = find_rule(keyword.text);
  if (rule == nullptr) unknown_directory_statement(keyword);
  Cursor words{statement.words};
  words.take("statement");
  if (rule->apply != nullptr) return rule->apply(words, {entry, origin});
  entry.kept.push_back({upper(rule->keyword.form()), words.rest()});
}

const Minidisk* DirectoryEntry::minidisk(z::DeviceNumber device) const {
  const auto found = std::ranges::find(minidisks, device, &Minidisk::device);
  return found == minidisks.end() ? nullptr : &*found;
}

}  // namespace cp
