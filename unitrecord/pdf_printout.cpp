#include <hpdf.h>

#include "unitrecord/printout.h"

namespace unitrecord {
namespace {

constexpr float points_an_inch = 72, paper_width = 14.875F * points_an_inch, left_margin = 0.8375F * points_an_inch;
constexpr float font_size = 12;  // Courier at 10 characters an inch

struct FreeDocument {
  void operator()(HPDF_Doc document) const { HPDF_Free(document); }
};
using Document = std::unique_ptr<std::remove_pointer_t<HPDF_Doc>, FreeDocument>;

class PdfPrintout final : public Printout {
 public:
  PdfPrintout(std::filesystem::path path, Document document)
      : path_(std::move(path)), document_(std::move(document)), font_(HPDF_GetFont(document_.get(), "Courier", "WinAnsiEncoding")) {
    HPDF_SetCompressionMode(document_.get(), HPDF_COMP_ALL);
  }
  ~PdfPrintout() override { static_cast<void>(save()); }

  z::Result<> print(unsigned line, std::string_view text, const FormsControl& forms) override {
    const float pitch = points_an_inch / static_cast<float>(forms.lines_per_inch());
    if (page_ == nullptr) Z_CHECK(add_page(static_cast<float>(forms.lines()) * pitch));
    HPDF_Page_BeginText(page_);
    HPDF_Page_TextOut(page_, left_margin, HPDF_Page_GetHeight(page_) - static_cast<float>(line + 1) * pitch + pitch / 4,
                      std::string{text}.c_str());
    HPDF_Page_EndText(page_);
    return state();
  }

  // Saving takes as long as the document is, so it is done more and more seldom.
  z::Result<> new_form() override {
    page_ = nullptr;
    if (pages_ < next_save_) return {};
    next_save_ = pages_ + 1 + pages_ / 16;
    return save();
  }

 private:
  z::Result<> add_page(float height) {
    page_ = HPDF_AddPage(document_.get());
    if (page_ == nullptr) return state();
    ++pages_;
    HPDF_Page_SetWidth(page_, paper_width);
    HPDF_Page_SetHeight(page_, height);
    HPDF_Page_SetFontAndSize(page_, font_, font_size);
    return state();
  }

  z::Result<> save() {
    if (pages_ == 0) return {};
    HPDF_SaveToFile(document_.get(), path_.c_str());
    return state();
  }

  z::Result<> state() {
    const auto error = HPDF_GetError(document_.get());
    if (error == HPDF_OK) return {};
    HPDF_ResetError(document_.get());
    return z::failure("libharu error X'{:04X}': {}", static_cast<unsigned>(error), path_.string());
  }

  const std::filesystem::path path_;
  const Document document_;
  const HPDF_Font font_;
  HPDF_Page page_ = nullptr;  // of the form that stands in the printer, once something is on it
  unsigned pages_ = 0;
  unsigned next_save_ = 1;
};

}  // namespace

z::Result<std::unique_ptr<Printout>> pdf_printout(const std::filesystem::path& path) {
  Z_TRY(OutputFile::open(path, Start::anew));  // a path that cannot be written is told now
  Document document{HPDF_New(nullptr, nullptr)};
  if (!document) return z::failure("libharu has no memory for {}", path.string());
  return std::make_unique<PdfPrintout>(path, std::move(document));
}

}  // namespace unitrecord
