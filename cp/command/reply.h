#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/assert.h"
#include "cp/command/message.h"

namespace cp {

// Where the answer of a command goes: lines, then once the return code (0, or the number of the message that ended the
// command). Both may come long after the command was given.
class Reply {
 public:
  using Line = std::function<void(std::string)>;
  using End = std::function<void(int return_code)>;
  Reply(Line line, End end) : line_(std::move(line)), end_(std::move(end)) {}

  void line(std::string text) { line_(std::move(text)); }
  void end(int return_code) {
    Z_ASSERT(end_);
    std::exchange(end_, nullptr)(return_code);
  }
  void end(const Answer<>& answer) {
    if (answer) return end(0);
    line(answer.error().text);
    end(static_cast<int>(answer.error().number));
  }

 private:
  Line line_;
  End end_;
};
using ReplyPtr = std::shared_ptr<Reply>;

}  // namespace cp
