#include "cp/terminal/dialogue.h"

#include "cp/command/command_table.h"
#include "cp/command/format.h"
#include "cp/command/words.h"

namespace cp {
namespace {

constexpr unsigned command_not_valid = 15, logon_unsuccessful = 50, minute = 60;

struct LogonCommand {
  DialogueHost::Wish wish;
  std::string password;  // empty: to be asked for
};

// LOGON userid [password] [HERE] [NOIPL]
Answer<LogonCommand> parse_logon(Words& words) {
  LogonCommand command{.wish = {.userid = Z_TRY(words.userid())}, .password = {}};
  while (words.more()) {
    if (words.take_if("NOIPL")) command.wish.start = LogonRequest::Start::no_ipl;
    else if (words.take_if("HERE")) command.wish.takes_over = true;
    else if (command.password.empty()) command.password = words.take();
    else return refusal(2, words.peek());
  }
  return command;
}

}  // namespace

Dialogue::Dialogue(Terminal terminal, std::unique_ptr<DialogueHost> host)
    : terminal_(std::move(terminal)), host_(std::move(host)), size_(ScreenSize::of(terminal_.type)),
      logo_(size_, host_->system_name()), lines_(size_, host_->system_name()) {}

void Dialogue::show_logo() {
  stage_ = Stage::logo;
  userid_.clear();
  while (lines_.is_full()) lines_.go_on();
  lines_.clear();
  lines_.forget_terminal();
  lines_.set_input(LineScreen::Input::shown);
  const auto screen = logo_.screen();
  send({.erases = true, .data = {screen.bytes().begin(), screen.bytes().end()}});
}

void Dialogue::show_lines(Stage stage) {
  stage_ = stage;
  lines_.set_input(stage == Stage::password ? LineScreen::Input::hidden : LineScreen::Input::shown);
  show_state();
}

void Dialogue::show_state() {
  const bool running = stage_ == Stage::logging_on || (stage_ == Stage::session && (commands_ != 0 || host_->is_machine_running(userid_)));
  lines_.set_state(running ? LineScreen::State::running : LineScreen::State::cp_read);
}

void Dialogue::send(LineScreen::Write write) {
  unconfirmed_ = terminal_.confirms;
  refresh_later_.reset();
  terminal_.write(std::move(write));
}

// One write at a time: what comes while a terminal is busy with the last is shown together.
void Dialogue::refresh(LineScreen::Keyboard keyboard) {
  if (stage_ == Stage::logo) return;
  if (unconfirmed_) {
    if (!refresh_later_ || keyboard == LineScreen::Keyboard::unlocked) refresh_later_ = keyboard;
    return;
  }
  show_state();
  if (auto write = lines_.update(keyboard)) send(std::move(*write));
}

void Dialogue::confirmed() {
  unconfirmed_ = false;
  if (const auto keyboard = std::exchange(refresh_later_, std::nullopt)) refresh(*keyboard);
}

void Dialogue::line(std::string_view text) {
  lines_.write(text);
  refresh(LineScreen::Keyboard::as_it_is);
}

void Dialogue::second_passed() {
  full_for_ = lines_.goes_on_by_itself() ? full_for_ + 1 : 0;
  if (full_for_ >= minute) {
    full_for_ = 0;
    lines_.go_on();
  }
  refresh(LineScreen::Keyboard::as_it_is);  // the machine may have come to a stop
}

void Dialogue::entered(const Entered& entered) {
  if (entered.is(Entered::Key::clear)) lines_.forget_terminal();  // it cleared its own buffer
  if (stage_ == Stage::logo) {
    const auto command = logo_.command(entered);
    show_lines(Stage::commands);
    if (command.empty()) lines_.write("Enter one of these commands: LOGON userid, LOGOFF");
    else before_logon(command);
    return refresh(LineScreen::Keyboard::unlocked);
  }
  if (stage_ == Stage::over) return show_logo();
  const auto text = entered.field(lines_.input_position());
  if (lines_.is_full()) entered_on_full_screen(entered, text);
  else if (entered.is(Entered::Key::clear)) lines_.clear();
  else if (entered.is(Entered::Key::pf12)) lines_.recall(last_entered_);
  else if (!entered.is(Entered::Key::pa1) && !entered.is(Entered::Key::pa2)) entered_line(text);
  if (entered.is(Entered::Key::pa1) && stage_ == Stage::session) host_->stop_machine(userid_);
  refresh(LineScreen::Keyboard::unlocked);
}

void Dialogue::entered_on_full_screen(const Entered& entered, const std::string& text) {
  if (entered.is(Entered::Key::clear) || entered.is(Entered::Key::pa2) || entered.is(Entered::Key::pa1)) lines_.go_on();
  else if (text.empty()) lines_.hold();
  else entered_line(text);
}

void Dialogue::entered_line(const std::string& text) {
  if (stage_ == Stage::password) return log_on(text);
  if (stage_ == Stage::logging_on) return;
  if (text.empty() && (stage_ != Stage::session || !host_->is_machine_running(userid_))) return;
  last_entered_ = text;
  if (stage_ == Stage::session) return in_session(text);
  before_logon(text);
}

// A password that was typed with the command is not shown again.
void Dialogue::before_logon(const std::string& text) {
  Words words{text};
  if (words.take_if("LOGOFF")) return free_terminal();
  if (!words.take_if("Logon") && !words.take_if("LOGIN")) return lines_.write(message(command_not_valid, words.peek()).text);
  auto command = parse_logon(words);
  if (!command) return lines_.write(command.error().text);
  wish_ = std::move(command->wish);
  lines_.write(fmt::format("LOGON {}", wish_.userid));
  if (!command->password.empty() || host_->is_password(wish_.userid, "")) return log_on(command->password);
  lines_.write("ENTER PASSWORD  (IT WILL NOT APPEAR WHEN TYPED):");
  show_lines(Stage::password);
}

void Dialogue::free_terminal() {
  show_lines(Stage::over);
  lines_.write("Press enter or clear key to continue");
}

void Dialogue::log_on(const std::string& password) {
  if (!host_->is_password(wish_.userid, password)) {
    lines_.write(message(logon_unsuccessful).text);
    return show_lines(Stage::commands);
  }
  show_lines(Stage::logging_on);
  host_->log_on(wish_, [self = weak_from_this()](Answer<DialogueHost::LoggedOn> answer) {
    if (const auto dialogue = self.lock()) dialogue->logged_on(std::move(answer));
  });
}

void Dialogue::logged_on(Answer<DialogueHost::LoggedOn> answer) {
  if (answer) {
    userid_ = wish_.userid;
    lines_.write(fmt::format("{} {}", *answer == DialogueHost::LoggedOn::anew ? "LOGON" : "RECONNECTED", moment(host_->now())));
    show_lines(Stage::session);
  } else {
    lines_.write(answer.error().text);
    show_lines(Stage::commands);
  }
  refresh(LineScreen::Keyboard::as_it_is);
}

// #CP makes a command of a line; otherwise it is the machine's while that runs.
void Dialogue::in_session(const std::string& text) {
  lines_.write(text);
  if (Keyword{"#CP"}.matches(text.substr(0, 3))) run(from_console(text));
  else if (host_->is_machine_running(userid_)) host_->console_input(userid_, text);
  else run(from_console(text));
}

void Dialogue::run(const std::string& text) {
  ++commands_;
  const auto self = weak_from_this();
  host_->run(userid_, text, std::make_shared<Reply>(
      [self](const std::string& line) {
        if (const auto dialogue = self.lock()) dialogue->line(line);
      },
      [self](int) {
        const auto dialogue = self.lock();
        if (!dialogue) return;
        --dialogue->commands_;
        dialogue->refresh(LineScreen::Keyboard::as_it_is);
      }));
}

void Dialogue::user_left() {
  if (stage_ != Stage::session) return;
  free_terminal();
  refresh(LineScreen::Keyboard::as_it_is);
}

void Dialogue::terminal_left() {
  if (std::exchange(stage_, Stage::over) == Stage::session) host_->disconnect(userid_);
}

}  // namespace cp
