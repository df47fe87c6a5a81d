#pragma once

#include <gmock/gmock.h>

#include <map>

#include "cp/command/command_table.h"

namespace cp {

// A virtual machine that remembers what was asked of it.
class FakeMachine final : public VirtualMachine {
 public:
  explicit FakeMachine(std::vector<std::string>& log) : log_(log) {
    for (unsigned i = 0; i < 16; ++i) set_.general[i] = 0x1'0000'0000ULL * i + i;
    set_.psw = {0x0705'0001'8000'0000, 0x10204};
    set_.prefix = 0x4000;
    set_.control[0] = 0xE0;
  }
  std::string userid() const override { return "BEAT1"; }
  z::Bytes storage() const override { return {64ULL << 20}; }
  std::vector<Cpu> cpus() const override {
    return {{0, true, "CP", 0xFF01'2345'2097'8000, Cpu::State::operating},
            {1, false, "CP", 0xFF11'2345'2097'8000, Cpu::State::stopped}};
  }
  std::vector<Device> devices() const override {
    return {{z::DeviceNumber{9}, Device::Kind::console, "3215", z::SubchannelNumber{0}, "", {}, 0,
             Device::Access::read_write, ""},
            {z::DeviceNumber{0x190}, Device::Kind::dasd, "3390", z::SubchannelNumber{9}, "M01RES",
             z::DeviceNumber{0x6205}, 214, Device::Access::read_only, ""},
            {z::DeviceNumber{0x191}, Device::Kind::dasd, "3390", z::SubchannelNumber{10}, "VMCOM1",
             z::DeviceNumber{0x6206}, 1000, Device::Access::read_write, ""},
            {z::DeviceNumber{0x700}, Device::Kind::ctca, "CTCA", z::SubchannelNumber{11}, "", {}, 0,
             Device::Access::read_write, ""}};
  }
  Settings settings() const override { return {}; }
  void ipl(Ipl request, Done done) override {
    log_.push_back(fmt::format("ipl {} loadparm '{}' parm '{}'{}", request.target, request.load_parameter,
                               request.parameter, request.clears ? " clear" : ""));
    done({});
  }
  void begin(std::optional<std::uint64_t> address, Done done) override {
    log_.push_back(address ? fmt::format("begin {:X}", *address) : "begin");
    done({});
  }
  void stop(std::optional<std::uint8_t> cpu, Done done) override {
    log_.push_back(cpu ? fmt::format("stop {}", *cpu) : "stop all");
    done({});
  }
  void reset(Reset kind, Done done) override {
    log_.push_back(fmt::format("reset {}", static_cast<int>(kind)));
    done({});
  }
  void registers(std::uint8_t cpu, Told<RegisterSet> told) override {
    log_.push_back(fmt::format("registers of {}", cpu));
    told(set_);
  }
  void set_registers(std::uint8_t, RegisterSet registers, Done done) override {
    set_ = registers;
    done({});
  }
  void read_storage(StoragePlace place, std::uint64_t length, Told<StoragePiece> told) override {
    if (place.address >= storage().value) return told(refusal(160, fmt::format("{:08X}", place.address)));
    StoragePiece piece;
    piece.key = 6;
    for (std::uint64_t i = 0; i < length; ++i) piece.bytes.push_back(static_cast<std::byte>(place.address + i));
    told(piece);
  }
  void write_storage(StoragePlace place, std::vector<std::byte> bytes, Done done) override {
    std::string text;
    for (const auto byte : bytes) text += fmt::format("{:02X}", std::to_integer<unsigned>(byte));
    log_.push_back(fmt::format("store {:X} {}", place.address, text));
    done({});
  }
  void console_input(std::string text, Done done) override {
    log_.push_back("console " + text);
    done({});
  }
  void signal_shutdown(Done done) override {
    log_.push_back("signal shutdown");
    done({});
  }
  void detach(z::DeviceNumber device, Done done) override {
    log_.push_back(fmt::format("detach {:04X}", device.value));
    done({});
  }
  void define_ctca(z::DeviceNumber device, std::string partner, Done done) override {
    log_.push_back(fmt::format("define ctca {:04X} '{}'", device.value, partner));
    done({});
  }
  Answer<> put_into_reader(ReaderFile file) override {
    log_.push_back(fmt::format("reader gets {}{}: {}", file.name, file.kind == ReaderFile::Kind::text ? " (text)" : "", file.content));
    files_.push_back(file.name);
    return {};
  }
  std::vector<std::string> reader_files() const override { return files_; }
  Answer<> purge_reader() override {
    files_.clear();
    return {};
  }
  Answer<> open_debugger(std::uint16_t port) override {
    log_.push_back(fmt::format("debugger {}", port));
    debugger_ = Debugger{fmt::format("127.0.0.1:{}", port), false};
    return {};
  }
  void close_debugger() override { debugger_.reset(); }
  std::optional<Debugger> debugger() const override { return debugger_; }
  RegisterSet set_;

 private:
  std::vector<std::string>& log_;
  std::optional<Debugger> debugger_;
  std::vector<std::string> files_;
};

// A member whose state a test sets and whose actions it finds in `log`.
class FakeSystem final : public System {
 public:
  std::vector<std::string> log;
  std::optional<SsiStatus> ssi_status;
  std::vector<IsLinkStatus> links_status;
  std::vector<UserSession> sessions{{"OPERATOR", "MEMBER1", "0009"}, {"BEAT1", "MEMBER1", ""}};
  std::vector<UserSession> elsewhere{{"OPERATOR", "MEMBER2", ""}};
  std::vector<RealDasd> dasd_list;
  std::vector<RealCtca> ctca_list;
  std::vector<OwnedVolume> owned;
  std::vector<SpaceUse> extents;
  std::vector<RelocationStatus> moves;
  std::vector<RelocationDomainStatus> domains{{"SSI", {"MEMBER1", "MEMBER2"}}};
  std::vector<std::string> obstacles;
  std::vector<MinidiskLinkStatus> link_list;
  MoveEvents events;       // of the last MOVE
  RelocationLimits limits;
  RelocationForces forces;
  Answer<> answer;         // of the next action
  FakeMachine guest{log};

  void log_and(std::string text, const Done& done) {
    log.push_back(std::move(text));
    done(answer);
  }

  std::string name() const override { return "MEMBER1"; }
  TimeOfDay time_of_day() const override { return {std::chrono::seconds{1'378'396'754}, std::chrono::hours{-4}, "EDT"}; }
  void wake_after(std::chrono::seconds duration, Done done) override {
    slept += duration;
    done({});
  }
  std::chrono::seconds slept{};
  CpLevel level() const override {
    return {"z/VM Version 6 Release 3.0", "1301", std::chrono::seconds{1'370'000'000}, std::chrono::seconds{1'378'396'000}};
  }
  std::vector<RealProcessor> processors() const override { return {{0, true, "CP"}, {1, false, "CP"}}; }
  RealStorage real_storage() const override { return {{16ULL << 30}, {64ULL << 20}}; }
  std::vector<RealDasd> dasd() const override { return dasd_list; }
  std::vector<RealCtca> ctcas() const override { return ctca_list; }
  std::vector<OwnedVolume> cp_owned() const override { return owned; }
  std::vector<SpaceUse> space() const override { return extents; }
  std::optional<SsiStatus> ssi() const override { return ssi_status; }
  std::vector<IsLinkStatus> islinks() const override { return links_status; }
  void set_ssi_slot(unsigned slot, std::string system, Done done) override {
    log_and(fmt::format("slot {} '{}'", slot, system), done);
  }
  void declare_down(std::string system, Done done) override { log_and("down " + system, done); }
  void activate_islink(z::DeviceNumber device, std::string node, Done done) override {
    log_and(fmt::format("activate {:04X} '{}'", device.value, node), done);
  }
  void deactivate_islink(z::DeviceNumber device, Done done) override {
    log_and(fmt::format("deactivate {:04X}", device.value), done);
  }
  void run_at(std::string member, Issuer issuer, std::string command, ReplyPtr reply) override {
    log.push_back(fmt::format("at {} by {}: {}", member, issuer.userid, command));
    reply->end(answer);
  }
  std::vector<UserSession> users() const override { return sessions; }
  void users_of_cluster(Told<std::vector<UserSession>> told) override {
    auto all = sessions;
    all.insert(all.end(), elsewhere.begin(), elsewhere.end());
    told(all);
  }
  std::optional<UserTimes> times(const std::string&) const override {
    return UserTimes{std::chrono::seconds{724}, std::chrono::milliseconds{210}, std::chrono::milliseconds{300}};
  }
  Answer<Issuer> issuer_of(const std::string& userid) const override {
    if (userid != "BEAT1") return refusal(45, userid);
    return Issuer{"BEAT1", ClassSet{"G"}, "MEMBER1", std::nullopt};
  }
  void logon(LogonRequest request, Done done) override {
    log_and(fmt::format("logon {} '{}'{}", request.userid, request.password,
                        request.start == LogonRequest::Start::no_ipl ? " noipl" : ""),
            done);
  }
  void logoff(std::string userid, std::string by, Done done) override {
    log_and(fmt::format("logoff {} by '{}'", userid, by), done);
  }
  void disconnect(std::string userid, Done done) override { log_and("disconnect " + userid, done); }
  void send_message(UserMessage message, Done done) override {
    log_and(fmt::format("{} at '{}' gets: {}", message.to, message.member, message.line("MEMBER1")), done);
  }
  void tell(const Issuer& issuer, std::string line) override { log.push_back(issuer.userid + " is told: " + line); }
  VirtualMachine* machine(const std::string& userid) override { return userid == "BEAT1" ? &guest : nullptr; }
  Answer<std::vector<MinidiskLinkStatus>> links(const std::string&, z::DeviceNumber) const override { return link_list; }
  Answer<MinidiskStatus> minidisk(const std::string& userid, z::DeviceNumber device) const override {
    if (device.value != 0x100) return refusal(40, fmt::format("{:04X}", device.value));
    return MinidiskStatus{userid, device, userid, device, "3390", "LNX301", z::DeviceNumber{0x300}, 1, 10};
  }
  Answer<> couple(CoupleRequest request) override {
    log.push_back(fmt::format("couple {} {:04X} to {} {:04X} '{}'", request.userid, request.device.value, request.to, request.other_device.value,
                              request.vswitch));
    return answer;
  }
  Answer<> uncouple(const std::string& userid, z::DeviceNumber device) override {
    log.push_back(fmt::format("uncouple {} {:04X}", userid, device.value));
    return answer;
  }
  std::vector<VswitchStatus> vswitches() const override { return switch_list; }
  std::vector<VswitchStatus> switch_list;
  Answer<RelocationSetting> relocation_setting(const std::string& userid) const override {
    if (userid != "BEAT1") return refusal(45, userid);
    return RelocationSetting{true, "SSI", "MEMBER1"};
  }
  void set_relocation(std::string userid, RelocationChange change, Done done) override {
    log_and(fmt::format("relocation of {}:{} domain '{}'", userid,
                        !change.is_enabled ? "" : *change.is_enabled ? " on" : " off", change.domain),
            done);
  }
  std::vector<RelocationDomainStatus> relocation_domains() const override { return domains; }
  void define_relocation_domain(RelocationDomainStatus domain, Done done) override {
    log_and(fmt::format("domain {} = {}", domain.name, fmt::join(domain.members, " ")), done);
  }
  void test_relocation(RelocationTarget target, Told<std::vector<std::string>> told) override {
    forces = target.forces;
    told(obstacles);
  }
  void move(RelocationTarget target, RelocationLimits wanted, std::string by, MoveEvents wanted_events) override {
    log.push_back(fmt::format("move {} to {} by {}", target.userid, target.member, by));
    forces = target.forces;
    limits = wanted;
    events = std::move(wanted_events);
  }
  std::vector<RelocationStatus> relocations() const override { return moves; }
  void modify_relocation(std::string userid, LimitChange change, Done done) override {
    const auto text = [](const auto& limit) {
      return !limit ? std::string{"same"} : *limit ? std::to_string((*limit)->count()) : std::string{"none"};
    };
    log_and(fmt::format("modify {} total {} quiesce {}", userid, text(change.total), text(change.quiesce)), done);
  }
  void cancel_relocation(std::string userid, std::string by, Done done) override {
    log_and(fmt::format("cancel {} by {}", userid, by), done);
  }
  void vary(z::DeviceNumber device, Presence presence, Done done) override {
    if (device.value == 0x6002) return done(refusal(40, std::string{"6002"}));
    log_and(fmt::format("vary {:04X} {}", device.value, presence == Presence::online ? "on" : "off"), done);
  }
  void attach(AttachRequest request, Done done) override {
    log_and(fmt::format("attach {:04X} to {} as {:04X}{}", request.device.value, request.to,
                        request.virtual_device.value, request.is_read_only ? " r/o" : ""),
            done);
  }
  void detach_real(z::DeviceNumber device, Done done) override {
    log_and(fmt::format("detach real {:04X}", device.value), done);
  }
  Answer<std::vector<std::string>> debug_io(const std::string& userid, const std::string& command) override {
    log.push_back("io " + userid + ": " + command);
    return std::vector<std::string>{"1: " + command};
  }
  void trace_io(TraceChange change, Done done) override {
    log_and(change.setting == Switch::off ? "trace off" : change.what.empty() ? "trace on" : "trace on: " + change.what, done);
  }
  void shutdown(Done done) override { log_and("shutdown", done); }
};

// Gives commands to a fake member and holds what came back.
class CommandTest : public testing::Test {
 protected:
  const Issuer maint{"MAINT", ClassSet{"ABCDEFG"}, "MEMBER1", std::nullopt};
  const Issuer guest{"BEAT1", ClassSet{"G"}, "MEMBER1", std::nullopt};

  // The lines of the answer; the return code is in `return_code`, -1 while the command is pending.
  std::vector<std::string> run(const Issuer& issuer, std::string_view text) {
    lines.clear();
    return_code = -1;
    run_command(system, issuer, text,
                std::make_shared<Reply>([this](std::string line) { lines.push_back(std::move(line)); },
                                        [this](int code) { return_code = code; }));
    return lines;
  }
  std::vector<std::string> run(std::string_view text) { return run(maint, text); }

  FakeSystem system;
  std::vector<std::string> lines;
  int return_code = -1;
};

}  // namespace cp
