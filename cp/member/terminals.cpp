#include "cp/member/terminals.h"

#include "cp/command/command_table.h"

namespace cp {
namespace {

constexpr unsigned already_logged_on = 54;

// Passwords that are none (CP Planning and Administration, "USER directory statement").
bool is_password_of(const DirectoryEntry& entry, const std::string& password) {
  for (const auto* nobody : {"NOLOG", "AUTOONLY", "LBYONLY"})
    if (entry.password == nobody) return false;
  return entry.password == "NOPASS" || upper(entry.password) == upper(password);
}

}  // namespace

// What CP does for one dialogue.
class Terminals::Host final : public DialogueHost {
 public:
  Host(const Site& site, std::string terminal) : site_(site), terminal_(std::move(terminal)) {}
  void speak_for(const std::weak_ptr<Dialogue>& dialogue) { dialogue_ = dialogue; }

  std::string system_name() const override { return site_.system.name(); }
  TimeOfDay now() const override { return site_.system.time_of_day(); }
  bool is_password(const std::string& userid, const std::string& password) const override {
    const auto entry = site_.users.entry(userid);
    return entry && is_password_of(*entry, password);
  }

  void log_on(const Wish& wish, std::function<void(Answer<LoggedOn>)> done) override {
    const auto* session = site_.users.session(wish.userid);
    if (wish.userid == site_.operator_userid) return done(refusal(already_logged_on, "at the system console"));
    if (session != nullptr) {
      if (!session->terminal.empty() && !wish.takes_over) return done(refusal(already_logged_on, "at " + session->terminal));
      join(wish.userid);
      return done(LoggedOn::again);
    }
    LogonRequest request{.userid = wish.userid, .password = {}, .terminal = terminal_, .by = {}, .start = wish.start};
    site_.system.logon(std::move(request), [this, &site = site_, dialogue = dialogue_, userid = wish.userid, done](const Answer<>& answer) {
      if (!answer) return done(std::unexpected{answer.error()});
      if (dialogue.expired()) return site.users.set_terminal(userid, "", {});  // the terminal left meanwhile
      join(userid);
      done(LoggedOn::anew);
    });
  }

  void run(const std::string& userid, const std::string& command, ReplyPtr reply) override {
    const auto issuer = site_.system.issuer_of(userid);
    if (!issuer) return reply->end(std::unexpected{issuer.error()});
    run_command(site_.system, *issuer, command, std::move(reply));
  }
  void console_input(const std::string& userid, const std::string& text) override {
    if (auto* machine = site_.guests.machine(userid)) machine->console_input(text, [](const Answer<>&) {});
  }
  void stop_machine(const std::string& userid) override {
    if (auto* machine = site_.guests.machine(userid)) machine->stop({}, [](const Answer<>&) {});
  }
  bool is_machine_running(const std::string& userid) const override {
    const auto* machine = site_.guests.machine(userid);
    return machine != nullptr && machine->run_state() != GuestMachine::RunState::stopped;
  }
  void disconnect(const std::string& userid) override { site_.users.set_terminal(userid, "", {}); }

 private:
  void join(const std::string& userid) {
    site_.users.set_terminal(userid, terminal_,
                             {.line = [dialogue = dialogue_](const std::string& line) {
                                if (const auto there = dialogue.lock()) there->line(line);
                              },
                              .left = [dialogue = dialogue_] {
                                if (const auto there = dialogue.lock()) there->user_left();
                              }});
  }

  const Site& site_;
  const std::string terminal_;
  std::weak_ptr<Dialogue> dialogue_;
};

// A connection as its server sees it: everything goes to the loop.
class Terminals::Line final : public terminal::User, public std::enable_shared_from_this<Line> {
 public:
  Line(Terminals& owner, std::string name) : owner_(owner), name_(std::move(name)), alive_(owner.alive_) {}

  void connected(std::shared_ptr<terminal::Session> session) override {
    post([session = std::move(session)](Line& self) { self.begin(session); });
  }
  void received(std::span<const std::byte> record) override {
    post([entered = Entered::parse(record)](Line& self) {
      if (self.dialogue_) self.dialogue_->entered(entered);
    });
  }
  void confirmed(terminal::Confirmation) override {
    post([](Line& self) {
      if (self.dialogue_) self.dialogue_->confirmed();
    });
  }
  void disconnected() override {
    owner_.give_back(name_);
    post([](Line& self) { self.end(); });
  }

 private:
  template <class Act>
  void post(Act act) {
    owner_.site_.loop.post([self = shared_from_this(), alive = alive_, act = std::move(act)] {
      if (*alive) act(*self);
    });
  }
  void begin(const std::shared_ptr<terminal::Session>& session) {
    auto host = std::make_unique<Host>(owner_.site_, name_);
    auto& its_host = *host;
    constexpr std::uint8_t write = 0x01, erase_write_alternate = 0x0D;
    dialogue_ = std::make_shared<Dialogue>(
        Dialogue::Terminal{.write = [session](const LineScreen::Write& out) { session->send(out.erases ? erase_write_alternate : write, out.data); },
                           .type = session->type(), .confirms = session->confirms()},
        std::move(host));
    its_host.speak_for(dialogue_);
    owner_.dialogues_.insert(dialogue_);
    dialogue_->begin();
  }
  void end() {
    if (!dialogue_) return;
    dialogue_->terminal_left();
    owner_.dialogues_.erase(dialogue_);
    dialogue_.reset();
  }

  Terminals& owner_;
  const std::string name_;
  const std::shared_ptr<bool> alive_;
  std::shared_ptr<Dialogue> dialogue_;  // on the loop
};

z::Result<std::unique_ptr<Terminals>> Terminals::open(const std::vector<terminal::Listen>& places, Site site) {
  std::unique_ptr<Terminals> terminals{new Terminals{std::move(site)}};
  auto& self = *terminals;
  for (const auto& place : places)
    self.servers_.push_back(Z_TRY(terminal::Server::start(
        place, [&self](const terminal::TerminalRequest& request) { return self.seat(request); })));
  if (!places.empty()) self.site_.loop.post([&self, alive = self.alive_] {
    if (*alive) self.tick();
  });
  return terminals;
}

Terminals::~Terminals() {
  *alive_ = false;
  site_.loop.cancel(timer_);
}

// A name that the client wants, else the first free one.
std::expected<terminal::Seat, terminal::Refusal> Terminals::seat(const terminal::TerminalRequest& request) {
  constexpr std::size_t longest = 8;
  const z::Lock lock{names_lock_};
  std::string name = request.name.value_or("");
  if (name.size() > longest) return std::unexpected{terminal::Refusal::invalid_name};
  for (unsigned number = 1; name.empty() || (!request.name && names_.contains(name)); ++number) name = fmt::format("L{:04}", number);
  if (!names_.insert(name).second) return std::unexpected{terminal::Refusal::device_in_use};
  return terminal::Seat{std::make_shared<Line>(*this, name), name};
}

void Terminals::give_back(const std::string& name) {
  const z::Lock lock{names_lock_};
  names_.erase(name);
}

void Terminals::tick() {
  for (const auto& dialogue : dialogues_) dialogue->second_passed();
  timer_ = site_.loop.after(std::chrono::seconds{1}, [this] { tick(); });
}

}  // namespace cp
