#include "cp/terminal/line_screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cp {
namespace {

constexpr std::size_t most_waiting = 10'000;  // lines; a guest that writes on and on must not fill CP's storage
constexpr unsigned status_width = 19;

std::vector<std::string> rows_of(std::string_view line, unsigned columns) {
  std::vector<std::string> rows;
  do {
    rows.emplace_back(line.substr(0, columns));
    line.remove_prefix(std::min<std::size_t>(columns, line.size()));
  } while (!line.empty());
  return rows;
}

}  // namespace

void LineScreen::write(std::string_view line) {
  for (auto& row : rows_of(line, size_.columns)) {
    if (waiting_.empty() && lines_.size() < output_rows()) {
      lines_.push_back(std::move(row));
    } else {
      waiting_.push_back(std::move(row));
      if (waiting_.size() <= most_waiting) continue;
      waiting_.pop_front();
      ++lost_;
    }
  }
}

void LineScreen::set_input(Input input) {
  input_changed_ |= input_ != input;
  input_ = input;
}

void LineScreen::recall(std::string text) {
  recalled_ = std::move(text);
  input_changed_ = true;
}

void LineScreen::clear() {
  lines_.clear();
  holding_ = false;
}

void LineScreen::go_on() {
  clear();
  if (lost_ != 0) lines_.push_back(fmt::format("({} lines were lost here)", std::exchange(lost_, 0)));
  while (!waiting_.empty() && lines_.size() < output_rows()) {
    lines_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
}

std::string LineScreen::status() const {
  const auto* word = state_ == State::cp_read ? "CP READ" : "RUNNING";
  if (is_full()) word = holding_ ? "HOLDING" : "MORE...";
  return fmt::format("{:<11}{:<8}", word, system_);
}

std::optional<LineScreen::Write> LineScreen::update(Keyboard keyboard) {
  const bool erases = !shown_;
  const bool unlocks = keyboard == Keyboard::unlocked || erases;
  if (!unlocks && !input_changed_ && shown_->lines == lines_ && shown_->status == status()) return std::nullopt;
  const bool fills = is_full() && (!shown_ || !shown_->status.starts_with("MORE"));
  DataStream stream{unlocks ? DataStream::Keyboard::restored : DataStream::Keyboard::as_it_is,
                    fills ? DataStream::Alarm::sounded : DataStream::Alarm::silent};
  put_rows(stream);
  if (erases || unlocks || input_changed_) put_input(stream);
  put_status(stream);
  shown_ = Shown{lines_, status()};
  return Write{erases, {stream.bytes().begin(), stream.bytes().end()}};
}

// Only rows that changed. The output area is protected by the attribute at the end of the screen, which goes on at its beginning.
void LineScreen::put_rows(DataStream& stream) const {
  for (unsigned row = 0; row < output_rows(); ++row) {
    const auto line = row < lines_.size() ? lines_[row] : std::string{};
    if (shown_ && line == (row < shown_->lines.size() ? shown_->lines[row] : std::string{})) continue;
    if (!shown_ && line.empty()) continue;
    stream.go(size_.at(row, 0)).text(line);
    if (line.size() < size_.columns) stream.fill_to(size_.at(row + 1, 0));
  }
}

void LineScreen::put_input(DataStream& stream) {
  stream.go(input_position() - 1).start(input_ == Input::shown ? Field::input : Field::hidden_input);
  stream.text(std::exchange(recalled_, {})).cursor().fill_to(size_.positions() - status_width - 2);
  input_changed_ = false;
}

void LineScreen::put_status(DataStream& stream) const {
  stream.go(size_.positions() - status_width - 2).start(Field::text).text(status()).start(Field::text);
}

}  // namespace cp
