// The cluster that comes with the program.
#include <gmock/gmock.h>

#include "cp/config/config_file.h"
#include "cp/directory/directory.h"

namespace cp {
namespace {

const std::filesystem::path folder{MYCLUSTR_FOLDER};

template <class File>
std::vector<std::string> errors(const File& file) {
  std::vector<std::string> lines;
  for (const auto& diagnostic : file.diagnostics()) lines.push_back(diagnostic.line());
  return lines;
}

TEST(Myclustr, ItsFilesHaveNoErrors) {
  EXPECT_THAT(errors(ConfigFile::read(folder / "SYSTEM.CONFIG").value()), testing::IsEmpty());
  EXPECT_THAT(errors(Directory::read(folder / "USER.DIRECT").value()), testing::IsEmpty());
}

TEST(Myclustr, EachLparIsItsMember) {
  const auto config = ConfigFile::read(folder / "SYSTEM.CONFIG").value();
  EXPECT_EQ(config.identify({.lpar = "LP01", .cpu_model = "", .cpuid = ""}), "MEMBER1");
  EXPECT_EQ(config.for_system("MEMBER2").cp_owned.at(255).volume, "M02P01");
  EXPECT_EQ(config.for_system("MEMBER2").islinks.at(0).devices.size(), 4u);
}

TEST(Myclustr, BeatCanBeRelocated) {
  const auto directory = Directory::read(folder / "USER.DIRECT").value();
  const auto guest = directory.resolve("BEAT1", "MEMBER2").value();
  EXPECT_EQ(guest.storage, (z::Bytes{256ULL << 20}));
  EXPECT_EQ(guest.console->type, "3215");
  EXPECT_EQ(guest.minidisks.at(0).volume, "LNX301");
  EXPECT_TRUE(guest.has_option("CHPIDVIRTUALIZATION"));
  EXPECT_TRUE(guest.relocation.is_enabled);
  EXPECT_EQ(directory.resolve("MAINT", "MEMBER2")->minidisks.at(0).volume, "M02RES");
}

}  // namespace
}  // namespace cp
