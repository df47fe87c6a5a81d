#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "cp/terminal/data_stream.h"

namespace cp {

// A display used as a typewriter, as z/VM does it: lines in the output area, an input area of two lines under it, and the state at
// the lower right. Output that does not fit waits until the user clears the screen.
class LineScreen {
 public:
  // What the lower right corner says while the screen has room. MORE... and HOLDING are the screen's own.
  enum class State { cp_read, running };
  enum class Input { shown, hidden };

  LineScreen(ScreenSize size, std::string system) : size_(size), system_(std::move(system)) { clear(); }

  void write(std::string_view line);
  void set_state(State state) { state_ = state; }
  void set_input(Input input);
  void recall(std::string text);  // into the input area, to be changed and entered

  bool is_full() const { return !waiting_.empty(); }
  // A key on a full screen: CLEAR and PA2 go on to what waits, ENTER holds it.
  void go_on();
  void hold() { holding_ = true; }
  // MORE... goes on by itself after a while, HOLDING does not.
  bool goes_on_by_itself() const { return is_full() && !holding_; }
  void clear();

  // What the user typed; its place in `Entered`.
  unsigned input_position() const { return size_.at(size_.rows - 2, 1); }

  // The terminal was switched on, or cleared itself: all is to be written.
  void forget_terminal() { shown_.reset(); }
  struct Write {
    bool erases = false;  // ERASE/WRITE ALTERNATE, otherwise WRITE
    std::vector<std::byte> data;
  };
  enum class Keyboard { as_it_is, unlocked };
  // What brings the terminal up to date; nothing when it is. Unlocking the keyboard also empties the input area.
  std::optional<Write> update(Keyboard keyboard);

 private:
  struct Shown {
    std::vector<std::string> lines;
    std::string status;
  };
  unsigned output_rows() const { return size_.rows - 2; }
  std::string status() const;
  void put_rows(DataStream& stream) const;
  void put_input(DataStream& stream);
  void put_status(DataStream& stream) const;

  const ScreenSize size_;
  const std::string system_;
  std::vector<std::string> lines_;    // on the screen
  std::deque<std::string> waiting_;   // do not fit
  std::size_t lost_ = 0;              // of those that were to wait
  bool holding_ = false;
  State state_ = State::cp_read;
  Input input_ = Input::shown;
  bool input_changed_ = false;
  std::string recalled_;
  std::optional<Shown> shown_;        // what the terminal has
};

}  // namespace cp
