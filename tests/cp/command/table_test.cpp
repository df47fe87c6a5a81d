#include "fake_system.h"

namespace cp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(CommandTest, AnUnknownCommandIsSaidToBeUnknown) {
  EXPECT_THAT(run("xyz 1 2"), ElementsAre("HCPCMD001E Unknown CP command: XYZ"));
  EXPECT_EQ(return_code, 1);
}

TEST_F(CommandTest, ACommandOfAnotherClassDoesNotExist) {
  EXPECT_THAT(run(guest, "SHUTDOWN"), ElementsAre("HCPCMD001E Unknown CP command: SHUTDOWN"));
  EXPECT_THAT(run(guest, "SET SSI MEMBER2 DOWN"), ElementsAre("HCPCFC003E Invalid option - SSI"));
}

TEST_F(CommandTest, NamesMayBeShortenedToTheirMinimum) {
  EXPECT_THAT(run("q userid"), ElementsAre("MAINT    AT MEMBER1"));
  EXPECT_THAT(run("QUE USERID"), ElementsAre("MAINT    AT MEMBER1"));
  EXPECT_THAT(run("VMRELOC TEST BEAT1 MEMBER2"), testing::Not(ElementsAre("HCPCMD001E Unknown CP command: VMRELOC")));
  EXPECT_THAT(run("VMREL TEST BEAT1 MEMBER2"), ElementsAre("HCPCMD001E Unknown CP command: VMREL"));
}

TEST_F(CommandTest, TheWordCpMayStandInFront) { EXPECT_THAT(run("CP Q USERID"), ElementsAre("MAINT    AT MEMBER1")); }

TEST_F(CommandTest, AnEmptyLineIsAnsweredWithNothing) {
  EXPECT_THAT(run("  "), IsEmpty());
  EXPECT_EQ(return_code, 0);
}

TEST_F(CommandTest, SeveralCommandsRunOneAfterTheOtherAndTheLastGivesTheReturnCode) {
  EXPECT_THAT(run("Q USERID\nXYZ\nQ USERID"),
              ElementsAre("MAINT    AT MEMBER1", "HCPCMD001E Unknown CP command: XYZ", "MAINT    AT MEMBER1"));
  EXPECT_EQ(return_code, 0);
}

TEST_F(CommandTest, ANumberSignEndsALineAtAConsole) {
  EXPECT_EQ(from_console("#cp q t#begin"), "cp q t\nbegin");
}

TEST_F(CommandTest, ResponsesOfAMultiprocessorGuestBeginWithItsCpu) {
  auto issuer = maint;
  issuer.virtual_cpu = 1;
  EXPECT_THAT(run(issuer, "Q USERID"), ElementsAre("01: MAINT    AT MEMBER1"));
}

TEST_F(CommandTest, WrongOperandsAreNamed) {
  EXPECT_THAT(run("Q TIME NOW"), ElementsAre("HCPCFC002E Invalid operand - NOW"));
  EXPECT_THAT(run("QUERY"), ElementsAre("HCPCFC026E Operand missing or invalid"));
  EXPECT_THAT(run("FORCE"), ElementsAre("HCPCFC020E Userid missing or invalid"));
  EXPECT_THAT(run(guest, "IPL"), ElementsAre("HCPCFC022E A virtual device number was not supplied or it was invalid"));
  EXPECT_EQ(return_code, 22);
  EXPECT_THAT(run("VARY ONLINE XYZZ"), ElementsAre("HCPCFC021E A real device number was not supplied or it was invalid"));
  EXPECT_THAT(run("SET NONSENSE ON"), ElementsAre("HCPCFC003E Invalid option - NONSENSE"));
}

}  // namespace
}  // namespace cp
