#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "unitrecord/carriage.h"
#include "unitrecord/output_file.h"

namespace unitrecord {

// Where a printer's lines go. Lines of a form come from top to bottom; one line may come more than once (overprinting).
class Printout {
 public:
  virtual ~Printout() = default;
  // Text in ISO 8859-1.
  virtual z::Result<> print(unsigned line, std::string_view text, const FormsControl& forms) = 0;
  virtual z::Result<> new_form() = 0;
};

// Text: a line feed a line, a carriage return to overprint, a form feed between forms.
std::unique_ptr<Printout> text_printout(OutputFile file);
// PDF: paper 14 7/8 inches wide, 10 characters an inch. The file is whole each time some more forms are done, and at the end.
z::Result<std::unique_ptr<Printout>> pdf_printout(const std::filesystem::path& path);

}  // namespace unitrecord
