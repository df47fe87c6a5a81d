#include "unitrecord/printout.h"

namespace unitrecord {
namespace {

class TextPrintout final : public Printout {
 public:
  explicit TextPrintout(OutputFile file) : file_(std::move(file)) {}

  z::Result<> print(unsigned line, std::string_view text, const FormsControl&) override {
    std::string out;
    if (line == line_ && printed_) out = '\r';
    else out.assign(line - line_, '\n');
    out += text;
    Z_CHECK(file_.write(out));
    line_ = line;
    printed_ = true;
    return {};
  }

  z::Result<> new_form() override {
    Z_CHECK(file_.write("\n\f"));
    line_ = 0;
    printed_ = false;
    return {};
  }

 private:
  OutputFile file_;
  unsigned line_ = 0;
  bool printed_ = false;
};

}  // namespace

std::unique_ptr<Printout> text_printout(OutputFile file) { return std::make_unique<TextPrintout>(std::move(file)); }

}  // namespace unitrecord
