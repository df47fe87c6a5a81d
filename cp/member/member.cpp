#include "cp/member/member.h"

#include <fstream>

#include "cp/volume/cpfmtxa.h"
#include "dasd3390/tools/edit.h"

namespace cp {
namespace {

std::vector<RelocationDomainStatus> configured_domains(const SystemConfig& config) {
  std::vector<RelocationDomainStatus> domains;
  if (config.ssi) {
    domains.push_back({.name = "SSI", .members = config.ssi->members()});
    for (const auto& member : config.ssi->members()) domains.push_back({.name = member, .members = {member}});
  }
  for (const auto& domain : config.relocation_domains) domains.push_back({.name = domain.name, .members = domain.members});
  return domains;
}

// Opened anew for reading, which takes no lock: other members may be working on it.
z::Result<std::optional<FoundVolume>> examine(const RealVolume& volume) {
  const auto disk = Z_TRY(dasd3390::Editor::open(Z_TRY(dasd3390::Volume::open(volume.volume->path(), dasd3390::Access::read))));
  return examine_volume(disk, volume.rdev);
}

}  // namespace

z::Result<Member::Files> Member::read_files(const lpar::MachineFile& file, const lpar::LparDefinition& lpar) {
  auto config = Z_TRY(ConfigFile::read(file.system_config));
  if (has_errors(config.diagnostics())) return z::failure("{}", fmt::join(syntax_report(config.diagnostics()), "\n"));
  auto directory = Z_TRY(Directory::read(file.user_directory));
  if (has_errors(directory.diagnostics())) return z::failure("{}", fmt::join(directory_report(directory.diagnostics()), "\n"));
  const auto system = config.identify({.lpar = lpar.name, .cpu_model = fmt::format("{:04X}", cpu::identity_of(lpar.model).machine_type), .cpuid = "012345"});
  if (!system)
    return z::failure("{}: no SYSTEM_IDENTIFIER statement fits LPAR {}", file.system_config.string(), lpar.name);
  return Files{std::move(config), std::move(directory), *system};
}

z::Result<std::unique_ptr<Member>> Member::create(const lpar::MachineFile& file, std::string_view lpar_name, EventLoop& loop,
                                                  Events events, const MakeMover& make_mover) {
  const auto* lpar = file.lpar(lpar_name);
  if (lpar == nullptr) return z::failure("{}: no [[lpar]] is named {}", file.path.string(), lpar_name);
  auto files = Z_TRY(read_files(file, *lpar));
  auto partition = Z_TRY(Partition::create(*lpar, file.plugins, loop, loop.clock()));
  std::unique_ptr<Member> member{new Member{std::move(files), file.run_directory, std::move(partition), loop, std::move(events)}};
  member->connect_cluster();
  member->mover_ = make_mover(*member);
  member->terminals_ = Z_TRY(Terminals::open(lpar->terminals, {loop, *member, member->users_, member->guests_, member->config_.userids.operator_}));
  return member;
}

Member::Member(Files files, std::filesystem::path run_directory, std::unique_ptr<Partition> partition, EventLoop& loop,
               Events events)
    : loop_(loop), events_(std::move(events)), run_directory_(std::move(run_directory)), config_file_(std::move(files.config)), directory_(std::move(files.directory)),
      config_(config_file_.for_system(files.system)), ipled_(loop.clock().utc()), partition_(std::move(partition)),
      switches_({.post = [this](std::function<void()> work) { loop_.post(std::move(work)); },
                 .members = [this] { return linked_members(); },
                 .send = [this](const std::string& member, std::vector<std::byte> message) {
                   if (cluster_) cluster_->send(member, isfc::Endpoint::switches, {.head = std::move(message), .parts = {}});
                 }}),
      guests_(partition_->definition(),
              {.partition = partition_->storage(), .frames = partition_->frames(), .volumes = partition_->volumes(), .switches = switches_},
              loop.clock(),
              {.post = [this](std::function<void()> work) { loop_.post(std::move(work)); },
               .console_line = [this](GuestMachine& machine, const std::string& line) { users_.console_line(machine, line); },
               .stopped = [this](GuestMachine& machine) { machine_stopped(machine); },
               .command = [this](GuestMachine& machine, const std::string& text, ReplyPtr reply) {
                 const auto issuer = issuer_of(machine.userid());
                 if (issuer) run_command(*this, *issuer, text, std::move(reply));
                 else reply->end(std::unexpected{issuer.error()});
               },
               .arrived = [this](const std::string& userid) {
                 users_.arrived(userid);
                 cluster_->take_over_user(userid);
               },
               .left = [this](const std::string& userid) { users_.left(userid); }}),
      users_(guests_, directory_, config_.system, config_.userids.operator_, loop.clock()), domains_(configured_domains(config_)),
      eligibility_(guests_, partition_->volumes(),
                   {.is_disconnected = [this](const std::string& userid) { return users_.session(userid)->terminal.empty(); },
                    .is_single_configuration = [this](const std::string& userid) {
                      return users_.session(userid)->entry.configuration == DirectoryEntry::Configuration::single;
                    },
                    .may_relocate = [this](const std::string& userid) { return users_.session(userid)->relocation_enabled; },
                    .domain_contains = [this](const std::string& domain, api::MemberSlot slot) {
                      const auto found = std::ranges::find(domains_, domain, &RelocationDomainStatus::name);
                      return found != domains_.end() &&
                             std::ranges::find(found->members, cluster_->members()->name(slot)) != found->members.end();
                    }}) {}

Member::~Member() = default;

void Member::connect_cluster() {
  remote_ = std::make_unique<RemoteCommands>(RemoteCommands::Link{
      .is_up = [this](const std::string& member) { return cluster_->is_up(member); },
      .send = [this](const std::string& member, std::vector<std::byte> bytes) {
        cluster_->send(member, isfc::Endpoint::commands, {.head = std::move(bytes), .parts = {}});
      },
      .run_here = [this](Issuer issuer, const std::string& command, ReplyPtr reply) {
        run_command(*this, issuer, command, std::move(reply));
      }});
  cluster_ = std::make_unique<Cluster>(
      loop_, partition_->io(), config_, partition_->volumes(),
      Cluster::Events{.console = [this](const std::string& text) { say(text); },
                      .lease = [this](z::Nanoseconds until) { lease_renewed(until); },
                      .fenced = [this](const std::string& reason) { fenced(reason); },
                      .member_fenced = [this](const std::string& member) { mover_->member_down(member); },
                      .ipl_ended = [this](bool joined) { ipl_ended(joined); },
                      .left = [this] { end(0); },
                      .link_up = [this](const std::string& member) { switches_.link_up(member); },
                      .link_down = [this](const std::string& member) {
                        switches_.link_down(member);
                        remote_->link_down(member);
                        mover_->link_lost(member);
                      },
                      .message = [this](const std::string& member, isfc::Endpoint endpoint, std::span<const std::byte> bytes) {
                        received(member, endpoint, bytes);
                      }});
}

void Member::received(const std::string& member, isfc::Endpoint endpoint, std::span<const std::byte> bytes) {
  if (endpoint == isfc::Endpoint::relocation) return mover_->message(member, bytes);
  if (endpoint == isfc::Endpoint::commands && remote_->received(member, bytes)) return;
  if (endpoint == isfc::Endpoint::switches && switches_.received(member, bytes)) return;
  say(fmt::format("HCPKCL2717E A message from {} makes no sense and was dropped", member));
}

void Member::ipl() {
  loop_.post([this] {
    say(level().product);
    check_volumes();
    users_.set_terminal(config_.userids.operator_, "0009", {.line = [this](const std::string& line) { say(line); }, .left = {}});
    cluster_->activate();
    start_switches();
    cluster_->join();
  });
}

// Labels and ownership marks, read before anything of the cluster starts: nothing is allocated here that belongs to another.
void Member::check_volumes() {
  std::vector<FoundVolume> found;
  for (const auto& volume : partition_->volumes().all()) {
    auto examined = examine(volume);
    if (!examined) say(fmt::format("HCPCSE966E Volume {} on {:04X}: {}", volume.volid, volume.rdev.value, examined.error().text()));
    else if (*examined) found.push_back(std::move(**examined));
  }
  auto check = check_ownership(config_, found);
  for (const auto& message : check.messages) say(message.text);
  owned_ = std::move(check.slots);
}

void Member::ipl_ended(bool joined) {
  if (ready_) return;
  ready_ = true;
  if (!joined && cluster_->is_configured()) say("HCPPLM1660E This system is not a member of the SSI cluster");
  events_.ready(name());
}

// A lease that is not renewed in time stops the guests: after it others may take them over. It is watched on this loop; a loop
// that stands still is a process that stands still, and then its CPUs do too.
void Member::lease_renewed(z::Nanoseconds until) {
  loop_.cancel(lease_timer_);
  if (until > loop_.clock().now()) {
    if (std::exchange(without_lease_, false))
      for (auto* guest : guests_.all()) guest->machine().cpus().unpause();
    lease_timer_ = loop_.at(until, [this, until] { lease_renewed(until); });
    return;
  }
  if (std::exchange(without_lease_, true)) return;
  for (auto* guest : guests_.all()) guest->machine().cpus().pause();
  say("HCPPLM1664W The lease of this system has run out; its guests are stopped until it is renewed");
}

void Member::fenced(const std::string& reason) {
  for (auto* guest : guests_.all()) guest->machine().cpus().pause();
  say(fmt::format("HCPPLM1665W This system ends: {}", reason));
  end(1);
}

void Member::record_relocation(const std::string& json) {
  std::ofstream{run_directory_ / "relocations.jsonl", std::ios::app} << json << '\n';
}

void Member::operator_command(std::string text, ReplyPtr reply) {
  loop_.post([this, text = std::move(text), reply = std::move(reply)] {
    const Issuer issuer{.userid = config_.userids.operator_, .classes = ClassSet{"ABCDEFG"}, .member = name(), .virtual_cpu = {},
                        .is_operator_of_host = true};
    run_command(*this, issuer, from_console(text), reply);
  });
}

void Member::shut_down() {
  loop_.post([this] { shutdown([](const Answer<>&) {}); });
}

void Member::shutdown(Done done) {
  if (std::exchange(shutting_down_, true)) return done({});
  say(fmt::format("HCPSHU960I System shutdown started; {} users", users_.sessions().size()));
  done({});
  log_everybody_off();
}

// Guests are logged off before the cluster is left. One that is on its way elsewhere is waited for: its relocation is cancelled, or
// was past that and the guest is gone from here.
void Member::log_everybody_off() {
  constexpr auto look_again = std::chrono::milliseconds{20};
  while (!users_.sessions().empty()) {
    const auto userid = users_.sessions().begin()->first;
    if (mover_->is_moving(userid)) {
      mover_->cancel(userid, config_.userids.operator_, [](const Answer<>&) {});
      loop_.after(look_again, [this] { log_everybody_off(); });
      return;
    }
    users_.log_off(userid);
    cluster_->disown_guest(userid);
    cluster_->release_user(userid);
  }
  cluster_->leave();
}

void Member::end(int status) {
  if (std::exchange(ended_, true)) return;
  if (status == 0) say("HCPSHU961I SYSTEM SHUTDOWN COMPLETE");
  events_.ended(status);
}

std::optional<SsiStatus> Member::ssi() const { return cluster_->status(); }
void Member::set_ssi_slot(unsigned slot, std::string system, Done done) { cluster_->set_slot(slot, system, std::move(done)); }
void Member::declare_down(std::string system, Done done) { cluster_->declare_down(system, std::move(done)); }
void Member::activate_islink(z::DeviceNumber device, std::string node, Done done) {
  cluster_->activate_link(device, node, std::move(done));
}
void Member::deactivate_islink(z::DeviceNumber device, Done done) { cluster_->deactivate_link(device, std::move(done)); }

void Member::run_at(std::string member, Issuer issuer, std::string command, ReplyPtr reply) {
  if (member == name()) return run_command(*this, issuer, command, std::move(reply));
  remote_->run_at(member, issuer, command, std::move(reply));
}

}  // namespace cp
