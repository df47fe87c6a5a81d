// QUERY of devices and volumes.
#include "cp/command/command.h"
#include "cp/command/format.h"
#include "cp/volume/layout.h"

namespace cp {
namespace {

std::string_view name_of(OwnedVolume::Use use) {
  switch (use) {
    case OwnedVolume::Use::own: return "Own";
    case OwnedVolume::Use::share: return "Share";
    case OwnedVolume::Use::dump: return "Dump";
    case OwnedVolume::Use::none: break;
  }
  return "-----";
}

std::string_view name_of(OwnedVolume::Status status) {
  switch (status) {
    case OwnedVolume::Status::attached: return "Online and attached";
    case OwnedVolume::Status::offline: return "Offline";
    case OwnedVolume::Status::reserved: return "Reserved";
  }
  return "";
}

std::string_view or_dashes(const std::string& owner) {
  return owner.empty() || owner == "NOSSI" || owner == "NOSYS" ? std::string_view{"--------"} : owner;
}

std::string line_of(const OwnedVolume& volume) {
  return fmt::format("{:>3}  {:6} {:4} {:5} {:20} {:8} {}", volume.slot, volume.volume.empty() ? "------" : volume.volume,
                     volume.device ? show(*volume.device) : "----", name_of(volume.use), name_of(volume.status),
                     or_dashes(volume.owner.ssi), or_dashes(volume.owner.system));
}

// QUERY CPOWNED [SLOT n|VOLID label]
Answer<Progress> query_cpowned(Command& command) {
  auto& words = command.words;
  std::optional<std::uint64_t> slot;
  std::string label;
  if (words.take_if("SLOT")) slot = Z_TRY(words.number(1, 255));
  else if (words.take_if("VOLid")) label = Z_TRY(words.operand());
  Z_CHECK(words.end());
  command.line("SLOT VOL-ID RDEV TYPE  STATUS               SSIOWNER SYSOWNER");
  for (const auto& volume : command.system.cp_owned())
    if ((!slot || volume.slot == *slot) && (label.empty() || volume.volume == label)) command.line(line_of(volume));
  return Progress::complete;
}

unsigned percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<unsigned>((part * 100 + whole - 1) / whole);
}

// Page and spool space: extents, then their sums.
void show_pages(Command& command, const std::vector<SpaceUse>& extents) {
  command.line("                EXTENT     EXTENT  TOTAL  PAGES   HIGH    %");
  command.line("VOLID  RDEV      START        END  PAGES IN USE   PAGE USED");
  command.line("------ ---- ---------- ---------- ------ ------ ------ ----");
  std::uint64_t pages = 0, in_use = 0;
  for (const auto& extent : extents) {
    command.line(fmt::format("{:6} {:4} {:>10} {:>10} {:>6} {:>6} {:>6} {:>3}%", extent.volume, show(extent.device),
                             extent.start, extent.end, extent.pages, extent.pages_in_use, extent.high_page,
                             percent(extent.pages_in_use, extent.pages)));
    pages += extent.pages;
    in_use += extent.pages_in_use;
  }
  command.line("                                  ------ ------        ----");
  for (const auto* const name : {"SUMMARY", "USABLE"})
    command.line(fmt::format("{:7}                           {:>6} {:>6}        {:>3}%", name, pages, in_use,
                             percent(in_use, pages)));
}

// Cylinders, one line an extent.
void show_map(Command& command, const std::vector<SpaceUse>& extents) {
  command.line("                EXTENT     EXTENT  TOTAL ALLOCATION");
  command.line("VOLID  RDEV      START        END   CYLS TYPE");
  command.line("------ ---- ---------- ---------- ------ ----------");
  for (const auto& extent : extents)
    command.line(fmt::format("{:6} {:4} {:>10} {:>10} {:>6} {}{}", extent.volume, show(extent.device), extent.start,
                             extent.end, extent.end - extent.start + 1, allocation_name(extent.type),
                             extent.is_active ? " ACTIVE" : ""));
}

// QUERY ALLOC [ALL|PAGE|SPOOL|DRCT|TDISK|MAP]
Answer<Progress> query_alloc(Command& command) {
  static constexpr auto types = std::to_array<std::pair<Keyword, AllocationType>>({{"PAGE", AllocationType::page},
                                                                                   {"SPOOL", AllocationType::spool},
                                                                                   {"DRCT", AllocationType::directory},
                                                                                   {"TDISK", AllocationType::temporary}});
  auto& words = command.words;
  const auto type = std::ranges::find_if(types, [&](const auto& one) { return words.take_if(one.first); });
  if (type == types.end() && !words.take_if("MAP")) words.take_if("ALL");
  Z_CHECK(words.end());
  auto extents = command.system.space();
  if (type == types.end()) {
    show_map(command, extents);
    return Progress::complete;
  }
  std::erase_if(extents, [&](const SpaceUse& extent) { return extent.type != type->second; });
  if (type->second == AllocationType::page || type->second == AllocationType::spool) show_pages(command, extents);
  else show_map(command, extents);
  return Progress::complete;
}

std::string line_of(const RealDasd& dasd) {
  const auto device = show(dasd.device);
  switch (dasd.use) {
    case RealDasd::Use::cp_owned: return fmt::format("DASD {} CP OWNED  {:6} {:>4}", device, dasd.volume, dasd.links);
    case RealDasd::Use::cp_system: return fmt::format("DASD {} CP SYSTEM {:6} {:>3}", device, dasd.volume, dasd.links);
    case RealDasd::Use::attached:
      return fmt::format("DASD {} ATTACHED TO {:8} {} {}", device, dasd.user, show(dasd.virtual_device),
                         dasd.is_read_only ? "R/O" : "R/W");
    case RealDasd::Use::offline: return fmt::format("DASD {} OFFLINE", device);
    case RealDasd::Use::free: break;
  }
  return fmt::format("DASD {} {}", device, dasd.volume);
}

bool is_system(const RealDasd& dasd) {
  return dasd.use == RealDasd::Use::cp_owned || dasd.use == RealDasd::Use::cp_system;
}

// QUERY DASD [ALL|ATTACHED|FREE|SYSTEM|OFFLINE|rdev]
Answer<Progress> query_dasd(Command& command) {
  auto& words = command.words;
  std::function<bool(const RealDasd&)> is_wanted = [](const RealDasd&) { return true; };
  std::optional<z::DeviceNumber> only;
  if (words.take_if("ATTached")) {
    is_wanted = [](const RealDasd& dasd) { return dasd.use == RealDasd::Use::attached; };
  } else if (words.take_if("FRee")) {
    is_wanted = [](const RealDasd& dasd) { return dasd.use == RealDasd::Use::free; };
  } else if (words.take_if("OFFline")) {
    is_wanted = [](const RealDasd& dasd) { return dasd.use == RealDasd::Use::offline; };
  } else if (words.take_if("SYStem")) {
    is_wanted = is_system;
  } else if (words.more() && !words.take_if("ALL")) {
    only = Z_TRY(words.real_device());
    is_wanted = [device = *only](const RealDasd& dasd) { return dasd.device == device; };
  }
  Z_CHECK(words.end());
  bool is_found = false;
  for (const auto& dasd : command.system.dasd()) {
    if (!is_wanted(dasd)) continue;
    command.line(line_of(dasd));
    is_found = true;
  }
  if (!is_found && only) return refusal(40, show(*only));
  return Progress::complete;
}

// QUERY CTCA [ALL|FREE|rdev]
Answer<Progress> query_ctca(Command& command) {
  auto& words = command.words;
  const bool only_free = words.take_if("FRee");
  std::optional<z::DeviceNumber> only;
  if (!only_free && words.more() && !words.take_if("ALL")) only = Z_TRY(words.real_device());
  Z_CHECK(words.end());
  bool is_found = false;
  for (const auto& ctca : command.system.ctcas()) {
    if ((only && ctca.device != *only) || (only_free && !ctca.user.empty())) continue;
    const auto as = ctca.user == "ISFC" ? std::string{} : " " + show(ctca.virtual_device);
    command.line(ctca.user.empty() ? fmt::format("CTCA {} FREE", show(ctca.device))
                                   : fmt::format("CTCA {} ATTACHED TO {}{}", show(ctca.device), ctca.user, as));
    is_found = true;
  }
  if (!is_found && only) return refusal(40, show(*only));
  return Progress::complete;
}

// QUERY MDISK [USER userid] vdev
Answer<Progress> query_mdisk(Command& command) {
  auto& words = command.words;
  const auto userid = words.take_if("USER") ? Z_TRY(words.userid()) : command.issuer.userid;
  const auto device = Z_TRY(words.virtual_device());
  if (!words.take_if("LOCation")) words.take_if("DIRectory");
  Z_CHECK(words.end());
  const auto disk = Z_TRY(command.system.minidisk(userid, device));
  command.line("TargetID Tdev OwnerID  Odev Dtype Vol-ID Rdev   StartLoc       Size");
  command.line(fmt::format("{:8} {} {:8} {} {:5} {:6} {:4} {:>10} {:>10}", disk.target, show(disk.target_device),
                           disk.owner, show(disk.owner_device), disk.type, disk.volume,
                           disk.real ? show(*disk.real) : "----", disk.start, disk.size));
  return Progress::complete;
}

// QUERY LINKs vdev
Answer<Progress> query_links(Command& command) {
  const auto device = Z_TRY(command.words.virtual_device());
  Z_CHECK(command.words.end());
  const auto links = Z_TRY(command.system.links(command.issuer.userid, device));
  std::string line;
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (i > 0 && i % 4 == 0) command.line(std::exchange(line, {}) + ",");
    else if (i > 0) line += ", ";
    line += fmt::format("{} {} {}{}", links[i].userid, show(links[i].device), links[i].is_read_only ? "R/O" : "R/W",
                        links[i].member.empty() ? "" : " AT " + links[i].member);
  }
  if (!line.empty()) command.line(line);
  return Progress::complete;
}

constexpr auto rules = std::to_array<CommandRule>({
    {"CPOWNED", "ABCDE", query_cpowned},
    {"ALLOC", "ABD", query_alloc},
    {"DAsd", "B", query_dasd},
    {"CTCA", "B", query_ctca},
    {"MDisk", "BG", query_mdisk},
    {"VSWITCH", "BG", query_vswitch},
    {"Reader", "DG", query_reader},
    {"RDR", "DG", query_reader},
    {"LINKs", "G", query_links},
});

}  // namespace

std::span<const CommandRule> query_device_rules() { return rules; }

}  // namespace cp
