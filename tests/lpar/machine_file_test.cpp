#include "lpar/machine_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include <unistd.h>

namespace {

using lpar::MachineFile;
using testing::HasSubstr;

class MachineFileTest : public testing::Test {
 protected:
  z::Result<MachineFile> read(const std::string& text) {
    const auto path = std::filesystem::path{testing::TempDir()} / fmt::format("machine-{}.toml", ::getpid());
    std::ofstream{path} << text;
    return MachineFile::read(path);
  }
  std::string error(const std::string& text) {
    const auto result = read(text);
    return result ? "no error" : result.error().text();
  }
};

constexpr auto two_lpars = R"([[lpar]]
name = "LP01"
storage = "256M"
cpus = 2
[[lpar]]
name = "LP02"
)";

TEST_F(MachineFileTest, NamesLparsWithTheirStorageAndCpus) {
  const auto file = read(two_lpars);
  ASSERT_TRUE(file) << file.error().text();
  ASSERT_EQ(file->lpars.size(), 2U);
  EXPECT_EQ(file->lpar("LP01")->storage, z::Bytes{256U << 20});
  EXPECT_EQ(file->lpar("LP01")->cpus, 2U);
  EXPECT_EQ(file->lpar("LP02")->storage.value, 512U << 20);
}

TEST_F(MachineFileTest, AnLparHasTheModelOfItsCec) {
  const auto file = read("[[cec]]\nname = \"CEC1\"\ncpu_model = \"zEC12\"\n[[lpar]]\nname = \"LP01\"\ncec = \"CEC1\"\n");
  ASSERT_TRUE(file) << file.error().text();
  EXPECT_EQ(file->lpar("LP01")->model, cpu::Model::zec12);
}

TEST_F(MachineFileTest, AnUnknownModelIsRefusedWithTheKnownOnes) {
  EXPECT_THAT(error("[[cec]]\nname = \"CEC1\"\ncpu_model = \"z11\"\n[[lpar]]\nname = \"LP01\"\n"),
              HasSubstr("a CPU model is one of z900, z990, z9, z10, z196, zEC12, z13, z14, z15, z16: z11"));
}

TEST_F(MachineFileTest, ACtcIsAsFastAsItsChannelPath) {
  const std::string ctc = "[[ctc]]\nbetween = [\"LP01\", \"LP02\"]\ndevice = \"6000\"\nchpids = [\"60\"]\n";
  const auto file = read(std::string{two_lpars} + "[[chpid]]\nnumber = \"60\"\nspeed = \"8Gb/s\"\n" + ctc);
  ASSERT_TRUE(file) << file.error().text();
  EXPECT_TRUE(file->lpars[0].devices[0].arguments.ends_with(",speed=8Gb/s,path=60")) << file->lpars[0].devices[0].arguments;
  EXPECT_THAT(error(std::string{two_lpars} + "[[chpid]]\nnumber = \"60\"\nspeed = \"fast\"\n"), HasSubstr("for example 8Gb/s: fast"));
}

TEST_F(MachineFileTest, AVolumeWithoutLparsIsCabledToAll) {
  const auto file = read(std::string{two_lpars} + "[[volume]]\ndevice = \"0200\"\nfile = \"m01res.ckd\"\n");
  ASSERT_TRUE(file) << file.error().text();
  for (const auto& lpar : file->lpars) {
    ASSERT_EQ(lpar.devices.size(), 1U);
    EXPECT_EQ(lpar.devices[0].number.value, 0x200);
    EXPECT_EQ(lpar.devices[0].type, "3390");
    EXPECT_THAT(lpar.devices[0].arguments, HasSubstr("/m01res.ckd"));
  }
}

TEST_F(MachineFileTest, ACtcStatementDefinesBothEndsOfEachPair) {
  const auto file = read(std::string{two_lpars} + "[[ctc]]\nbetween = [\"LP01\", \"LP02\"]\ndevice = \"6000\"\ncount = 2\n");
  ASSERT_TRUE(file) << file.error().text();
  ASSERT_EQ(file->lpar("LP01")->devices.size(), 2U);
  EXPECT_EQ(file->lpar("LP02")->devices[1].number.value, 0x6001);
  EXPECT_THAT(file->lpar("LP01")->devices[1].arguments, HasSubstr("listen"));
  EXPECT_THAT(file->lpar("LP02")->devices[1].arguments, HasSubstr("name=LP02.6001,peer=LP01.6001"));
}

TEST_F(MachineFileTest, AMisspeltKeyIsNamedWithItsLineAndTheRightOnes) {
  EXPECT_THAT(error("[[lpar]]\nname = \"LP01\"\nstorge = \"1G\"\n"),
              testing::AllOf(HasSubstr(".toml:3:"), HasSubstr("storge"), HasSubstr("storage")));
}

TEST_F(MachineFileTest, ASyntaxErrorNamesItsLine) { EXPECT_THAT(error("[[lpar]]\nname = LP01\n"), HasSubstr(".toml:2")); }

TEST_F(MachineFileTest, AnUnknownLparIsAnError) {
  EXPECT_THAT(error(std::string{two_lpars} + "[[volume]]\ndevice = \"0200\"\nfile = \"x\"\nlpars = [\"LP03\"]\n"),
              HasSubstr("no [[lpar]] is named LP03"));
}

TEST_F(MachineFileTest, ALinkToAnotherHostNeedsAPort) {
  EXPECT_THAT(error(std::string{two_lpars} + "[[ctc]]\nbetween = [\"LP01\", \"LP02\"]\ndevice = \"6000\"\nlink = \"tcp:host\"\n"),
              HasSubstr("tcp:HOST:PORT"));
}

TEST_F(MachineFileTest, ADeviceNumberIsUsedOncePerLpar) {
  const std::string volume = "[[volume]]\ndevice = \"0200\"\nfile = \"x\"\n";
  EXPECT_THAT(error(two_lpars + volume + volume), HasSubstr("device 0200 is defined twice in LPAR LP01"));
}

TEST_F(MachineFileTest, ADeviceOfASubchannelSetIsNamedAsLinuxNamesIt) {
  const auto file = read(std::string{two_lpars} + "[[volume]]\ndevice = \"0.1.0200\"\nfile = \"x\"\n");
  ASSERT_TRUE(file) << file.error().text();
  EXPECT_EQ(file->lpars[0].devices[0].number.value, 0x200);
  EXPECT_EQ(file->lpars[0].devices[0].set, 1);
  EXPECT_THAT(error(std::string{two_lpars} + "[[volume]]\ndevice = \"0.4.0200\"\nfile = \"x\"\n"), HasSubstr("a set from 0 to 3"));
}

TEST(ParseSize, TakesUnitsAndRefusesOthers) {
  EXPECT_EQ(lpar::parse_size("512M")->value, 512U << 20);
  EXPECT_EQ(lpar::parse_size("2G")->value, 2ULL << 30);
  EXPECT_FALSE(lpar::parse_size("512X"));
  EXPECT_FALSE(lpar::parse_size(""));
  EXPECT_FALSE(lpar::parse_size("0M"));
  EXPECT_FALSE(lpar::parse_size("99999999G"));
}

}  // namespace
