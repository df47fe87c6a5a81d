#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "fake_system.h"

namespace cp {
namespace {

using testing::ElementsAre;

class HostFile {
 public:
  explicit HostFile(const std::string& content) { std::ofstream{path_} << content; }
  ~HostFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_; }

 private:
  const std::filesystem::path path_ = std::filesystem::temp_directory_path() / ("reader_test-" + std::to_string(::getpid()) + ".Parm");
};

class ReaderCommandTest : public CommandTest {
 protected:
  ReaderCommandTest() { console.is_operator_of_host = true; }
  Issuer console = maint;
};

TEST_F(ReaderCommandTest, ImportIsForTheConsoleOfTheMember) {
  const HostFile file{"secret"};
  EXPECT_THAT(run(maint, "IMPORT BEAT1 " + file.path()),
              ElementsAre("HCPSPF6732E IMPORT reads files of the host: for the operator at the console of this member only"));
  EXPECT_THAT(system.log, testing::IsEmpty());
}

TEST_F(ReaderCommandTest, ImportPutsAFileOfTheHostIntoAReader) {
  const HostFile file{"run=true"};
  const auto name = std::filesystem::path{file.path()}.filename().string();
  EXPECT_THAT(run(console, "IMPORT BEAT1 TEXT " + file.path()), ElementsAre("RDR FILE " + name + " SENT TO BEAT1: 8 bytes"));
  EXPECT_THAT(system.log, ElementsAre("reader gets " + name + " (text): run=true"));
  EXPECT_THAT(run("QUERY RDR BEAT1"), ElementsAre("BEAT1    RDR " + name));
  EXPECT_THAT(run(guest, "PURGE RDR ALL"), ElementsAre("0001 FILES PURGED"));
  EXPECT_THAT(run(guest, "QUERY READER"), ElementsAre("NO RDR FILES"));
}

TEST_F(ReaderCommandTest, ImportOfWhatIsNoFileIsRefused) {
  EXPECT_THAT(run(console, "IMPORT BEAT1 /nowhere/kernel"), ElementsAre("HCPSPF6731E File /nowhere/kernel cannot be read"));
  EXPECT_THAT(run(console, "IMPORT BEAT1 /tmp"), ElementsAre("HCPSPF6731E File /tmp cannot be read"));
  EXPECT_THAT(run(console, "IMPORT NOBODY /nowhere"), ElementsAre("HCPCQU045E NOBODY not logged on"));
  EXPECT_THAT(run(guest, "IMPORT BEAT1 /nowhere"), ElementsAre("HCPCMD001E Unknown CP command: IMPORT"));
}

}  // namespace
}  // namespace cp
