#include "cp/config/config_reader.h"

#include <gmock/gmock.h>

#include "cp/config/config_statements.h"

namespace cp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

ConfigReader read(std::string_view text) {
  ConfigReader reader{"SYSTEM.CONFIG", is_config_statement};
  reader.read(text);
  return reader;
}

std::vector<std::string> words(const ConfigStatement& statement) {
  std::vector<std::string> result;
  for (const auto& word : statement.words) result.push_back(word.text);
  return result;
}

std::vector<std::string> texts(const std::vector<Token>& tokens) {
  std::vector<std::string> result;
  for (const auto& token : tokens) result.push_back(token.text);
  return result;
}

TEST(ConfigReader, CommentsMayFollowStatementsAndSpanLines) {
  const auto reader = read("/* one\n two */ SSI A/* x */ B\n/**/\n");
  ASSERT_THAT(reader.statements(), SizeIs(1));
  EXPECT_THAT(words(reader.statements()[0]), ElementsAre("SSI", "A", "B"));
  EXPECT_EQ(reader.statements()[0].words[0].at.line, 2u);
  EXPECT_EQ(reader.statements()[0].words[0].at.column, 9u);
}

TEST(ConfigReader, ACommaAtTheEndOfALineContinuesTheStatement) {
  const auto reader = read("SSI A , /* remark */\n\n SLOT 1 B,\nSLOT 2 C\nRDEVICE 100\n");
  ASSERT_THAT(reader.statements(), SizeIs(2));
  EXPECT_THAT(words(reader.statements()[0]), ElementsAre("SSI", "A", "SLOT", "1", "B", "SLOT", "2", "C"));
}

TEST(ConfigReader, QualifiersAreNamesBeforeAColon) {
  const auto reader = read("M1: RDEVICE 1\nM1 M2: RDEVICE 2\nM1:RDEVICE 3\nM*:\n RDEVICE 4\n");
  ASSERT_THAT(reader.statements(), SizeIs(4));
  EXPECT_THAT(texts(reader.statements()[0].qualifiers[0]), ElementsAre("M1"));
  EXPECT_THAT(texts(reader.statements()[1].qualifiers[0]), ElementsAre("M1", "M2"));
  EXPECT_THAT(words(reader.statements()[2]), ElementsAre("RDEVICE", "3"));
  EXPECT_THAT(texts(reader.statements()[3].qualifiers[0]), ElementsAre("M*"));
}

TEST(ConfigReader, AColonInsideAStatementIsNoQualifier) {
  const auto reader = read("TIMEZONE_BOUNDARY ON 2013-03-10 AT 02:00:00 TO EDT\n");
  EXPECT_THAT(reader.statements()[0].qualifiers, IsEmpty());
}

TEST(ConfigReader, BlocksQualifyTheStatementsInside) {
  const auto reader = read("M1: BEGIN\nRDEVICE 1\nM1: END\nRDEVICE 2\n");
  ASSERT_THAT(reader.statements(), SizeIs(2));
  EXPECT_THAT(texts(reader.statements()[0].qualifiers[0]), ElementsAre("M1"));
  EXPECT_THAT(reader.statements()[1].qualifiers, IsEmpty());
}

TEST(ConfigReader, AQuotationIsOneWord) {
  EXPECT_THAT(words(read("PRINTER_TITLE 00E 'a, b'\n").statements()[0]), ElementsAre("PRINTER_TITLE", "00E", "a, b"));
}

std::vector<std::string> errors(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto& diagnostic : read(text).diagnostics()) lines.push_back(diagnostic.line());
  return lines;
}

TEST(ConfigReader, SaysWhereAnOpenThingBegan) {
  EXPECT_THAT(errors("SSI A\n /* open\n"), ElementsAre("SYSTEM.CONFIG:2:2: error: this comment is not closed"));
  EXPECT_THAT(errors("SSI A,\n"),
              ElementsAre("SYSTEM.CONFIG:1:1: error: the file ends where a comma announces more of the statement"));
  EXPECT_THAT(errors("SAY 'x\n"), ElementsAre("SYSTEM.CONFIG:1:5: error: this quotation is not closed on its line"));
  EXPECT_THAT(errors("M1: BEGIN\n"), ElementsAre("SYSTEM.CONFIG:1:5: error: this BEGIN has no END"));
  EXPECT_THAT(errors("END\n"), ElementsAre("SYSTEM.CONFIG:1:1: error: this END has no BEGIN"));
  EXPECT_THAT(errors("M1:\n"), ElementsAre("SYSTEM.CONFIG:1:1: error: no statement follows this system name"));
  EXPECT_THAT(errors("BEGIN\nEND\n"),
              ElementsAre("SYSTEM.CONFIG:1:1: error: BEGIN needs the name of a system in front of it"));
}

}  // namespace
}  // namespace cp
