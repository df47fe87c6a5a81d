#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cp/command/system.h"
#include "cp/terminal/line_screen.h"
#include "cp/terminal/logo.h"

namespace cp {

// What a terminal's dialogue needs of its member. On CP's event loop.
class DialogueHost {
 public:
  virtual ~DialogueHost() = default;
  virtual std::string system_name() const = 0;
  virtual TimeOfDay now() const = 0;
  virtual bool is_password(const std::string& userid, const std::string& password) const = 0;

  struct Wish {
    std::string userid;
    bool takes_over = false;  // HERE: from another terminal
    LogonRequest::Start start = LogonRequest::Start::ipl;
  };
  enum class LoggedOn { anew, again };
  // On success the user's lines come to Dialogue::line() until Dialogue::user_left().
  virtual void log_on(const Wish& wish, std::function<void(Answer<LoggedOn>)> done) = 0;
  virtual void run(const std::string& userid, const std::string& command, ReplyPtr reply) = 0;
  virtual void console_input(const std::string& userid, const std::string& text) = 0;
  virtual void stop_machine(const std::string& userid) = 0;
  virtual bool is_machine_running(const std::string& userid) const = 0;
  virtual void disconnect(const std::string& userid) = 0;
};

// One terminal's talk with CP, from the logo to LOGOFF or DISCONNECT and back.
//
//   logo -> commands -> password -> logging_on -> session -> over -> logo
class Dialogue : public std::enable_shared_from_this<Dialogue> {
 public:
  // Where its screens go. `confirms`: each write is answered by confirmed(), and none is made before.
  struct Terminal {
    std::function<void(LineScreen::Write)> write;
    std::string type;  // "IBM-3278-2-E"
    bool confirms = false;
  };
  Dialogue(Terminal terminal, std::unique_ptr<DialogueHost> host);

  void begin() { show_logo(); }
  void entered(const Entered& entered);
  void confirmed();
  void terminal_left();  // its user stays, disconnected
  void line(std::string_view text);
  void user_left();      // logged off, disconnected or taken over: the terminal is free
  void second_passed();  // a screen that has shown MORE... for a minute goes on

 private:
  enum class Stage { logo, commands, password, logging_on, session, over };

  void show_logo();
  void show_lines(Stage stage);
  void refresh(LineScreen::Keyboard keyboard);
  void send(LineScreen::Write write);
  void entered_on_full_screen(const Entered& entered, const std::string& text);
  void entered_line(const std::string& text);
  void before_logon(const std::string& text);
  void free_terminal();
  void log_on(const std::string& password);
  void logged_on(Answer<DialogueHost::LoggedOn> answer);
  void in_session(const std::string& text);
  void run(const std::string& text);
  void show_state();

  const Terminal terminal_;
  const std::unique_ptr<DialogueHost> host_;
  const ScreenSize size_;
  const Logo logo_;
  LineScreen lines_;
  Stage stage_ = Stage::logo;
  std::string userid_;       // in the session
  DialogueHost::Wish wish_;  // until then
  unsigned commands_ = 0;    // under way
  unsigned full_for_ = 0;    // seconds
  std::string last_entered_;
  bool unconfirmed_ = false;
  std::optional<LineScreen::Keyboard> refresh_later_;
};

}  // namespace cp
