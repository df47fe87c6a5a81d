#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "area.h"
#include "ebcdic_text.h"
#include "unitrecord/printer_1403.h"

namespace unitrecord {
namespace {

using channel::Ending;
using channel::test::Area;
using test::ebcdic;

constexpr int write_only = 0x01, write_space_1 = 0x09, write_space_2 = 0x11, space_1 = 0x0B, skip_to_1 = 0x8B, skip_to_2 = 0x93,
              load_forms = 0x63;

class PrinterTest : public testing::Test {
 protected:
  PrinterTest() { start(FormsControl{}); }
  ~PrinterTest() override { std::filesystem::remove(path); }

  void start(const FormsControl& forms) {
    std::vector<std::unique_ptr<Printout>> printouts;
    printouts.push_back(text_printout(*OutputFile::open(path, Start::anew)));
    printer = std::make_unique<Printer1403>("text", forms, std::move(printouts));
  }
  Ending print(int command, std::string_view text = {}) const {
    Area area{ebcdic(text)};
    return printer->execute(static_cast<std::uint8_t>(command), area);
  }
  Ending load(std::vector<int> forms) const {
    std::vector<std::byte> image;
    for (const int line : forms) image.push_back(static_cast<std::byte>(line));
    Area area{image};
    return printer->execute(load_forms, area);
  }
  std::string paper() const {
    std::ostringstream bytes;
    bytes << std::ifstream{path}.rdbuf();
    return bytes.str();
  }
  void expect_check(const Ending& ending, int sense_byte_0) const {
    EXPECT_TRUE(ending.status.has(channel::unit_check));
    EXPECT_EQ(printer->sense().bytes[0], sense_byte_0);
  }

  const std::filesystem::path path = std::filesystem::temp_directory_path() / fmt::format("endicott-printer-{}", ::getpid());
  std::unique_ptr<Printer1403> printer;
};

TEST_F(PrinterTest, PrintsALineAndSpaces) {
  print(write_space_1, "one");
  print(write_space_2, "two");
  print(write_only, "three");
  EXPECT_EQ(paper(), "one\ntwo\n\nthree");
}

TEST_F(PrinterTest, PrintsOverALine) {
  print(write_only, "title");
  print(write_space_1, "_____");
  EXPECT_EQ(paper(), "title\r_____");
}

TEST_F(PrinterTest, MovesWithoutPrinting) {
  print(space_1);
  print(write_only, "second line");
  EXPECT_EQ(paper(), "\nsecond line");
}

TEST_F(PrinterTest, SkipsToTheNextFormAndToAChannelOfThisOne) {
  print(write_only, "page 1");
  print(skip_to_1);
  print(write_only, "page 2");
  print(skip_to_2);  // line 7
  print(write_only, "further down");
  EXPECT_EQ(paper(), "page 1\n\fpage 2\n\n\n\n\n\nfurther down");
}

TEST_F(PrinterTest, SpacesOverTheEndOfAForm) {
  start(FormsControl{2});
  for (const auto* line : {"1", "2", "3"}) print(write_space_1, line);
  EXPECT_EQ(paper(), "1\n2\n\f3");
}

TEST_F(PrinterTest, Channel12IsAUnitExceptionWhenSpacedToAndNotWhenSkippedOver) {
  load({1, 0, 12, 0x10});
  EXPECT_EQ(print(write_space_1, "1").status, channel::ended);
  EXPECT_EQ(print(write_space_1, "2").status, channel::ended | channel::unit_exception);
  EXPECT_EQ(print(skip_to_1).status, channel::ended);
}

TEST_F(PrinterTest, Channel9IsAUnitCheck) {
  load({1, 9, 0x10});
  expect_check(print(write_space_1, "1"), 0x01);
}

TEST_F(PrinterTest, RefusesAFormsControlWithoutEndAndASkipToAChannelThatIsNotThere) {
  expect_check(load({1, 0, 0}), 0x02);
  EXPECT_EQ(load({1, 0, 0x10}).status, channel::ended);
  expect_check(print(skip_to_2), 0x02);
}

TEST_F(PrinterTest, PrintsNoMoreThan132Positions) {
  Area area{ebcdic(std::string(140, 'x'))};
  printer->execute(write_only, area);
  EXPECT_EQ(paper(), std::string(132, 'x'));
}

TEST_F(PrinterTest, RejectsACommandThatIsNone) {
  expect_check(print(0x21, "x"), 0x80);
  expect_check(print(0x02), 0x80);
}

TEST_F(PrinterTest, NeedsInterventionWhenTheHostIsFull) {
  std::vector<std::unique_ptr<Printout>> printouts;
  printouts.push_back(text_printout(*OutputFile::open("/dev/full", Start::anew)));
  printer = std::make_unique<Printer1403>("text", FormsControl{}, std::move(printouts));
  expect_check(print(write_space_1, "x"), 0x40);
}

// poppler is the judge: a page a form, each line where it belongs.
TEST_F(PrinterTest, MakesAPdfThatPdftotextReads) {
  const auto pdf = path.string() + ".pdf";
  {
    std::vector<std::unique_ptr<Printout>> printouts;
    printouts.push_back(*pdf_printout(pdf));
    Printer1403 pdf_printer{"pdf", FormsControl{}, std::move(printouts)};
    const std::vector<std::pair<int, std::string_view>> lines{{write_space_2, "ENDICOTT  PAGE 1"}, {skip_to_1, ""}, {write_only, "PAGE  2"}};
    for (const auto& [command, text] : lines) {
      Area area{ebcdic(text)};
      pdf_printer.execute(static_cast<std::uint8_t>(command), area);
    }
  }
  ASSERT_EQ(std::system(fmt::format("pdftotext -layout {} {}", pdf, path.string()).c_str()), 0);
  EXPECT_THAT(paper(), testing::ContainsRegex("ENDICOTT +PAGE 1\n*\f *PAGE +2\n*\f"));
  std::filesystem::remove(pdf);
}

}  // namespace
}  // namespace unitrecord
