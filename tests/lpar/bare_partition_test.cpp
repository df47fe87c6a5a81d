// Small programs on a bare partition: what they ask of its firmware shows in the address of the disabled wait they end in.
#include "lpar/bare_partition.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <future>

namespace lpar {
namespace {

class BarePartitionTest : public testing::Test {
 protected:
  static constexpr std::uint64_t code_at = 0x200, end_psw_at = 0x2F8;

  // A flat image: the PSW at 0 goes to `code`, in hexadecimal, which may end with LPSW of `end_psw` (8200 02F8); a word
  // stored at 2FC becomes the address. A program interruption ends the run at its code.
  std::uint64_t run(std::string_view code, unsigned cpus = 1) {
    std::string image(0x300, '\0');
    put(image, 0, "0008000080000200");
    put(image, 0x1D0, "00020000800000000000000000000BAD");
    put(image, end_psw_at, "000A000080000000");
    put(image, code_at, code);
    const auto path = std::filesystem::path{testing::TempDir()} / ("program-" + std::to_string(::getpid()));
    std::ofstream{path, std::ios::binary} << image;
    std::promise<void> ended;
    std::atomic<bool> told{false};
    const z::HostClock clock;
    auto partition = BarePartition::create({.memory = z::Bytes{64 << 20}, .cpus = cpus, .devices = {}, .plugins = {}}, clock,
                                           {.console_output = [](std::string_view) {},
                                            .trace_line = [](std::string_view) {},
                                            .ended = [&] { if (!told.exchange(true)) ended.set_value(); }});
    EXPECT_TRUE(partition);
    EXPECT_TRUE((*partition)->start_program({.kernel = path, .initrd = {}, .parameters = {}}));
    ended.get_future().get();
    return (*partition)->end_state().psw_address;
  }

 private:
  static void put(std::string& image, std::size_t at, std::string_view hexadecimal) {
    for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2) {
      unsigned byte = 0;
      std::from_chars(hexadecimal.data() + i, hexadecimal.data() + i + 2, byte, 16);
      image[at++] = static_cast<char>(byte);
    }
  }
};

// LLILL 2,8000; L 1,0(2); AHI 1,1; ST 1,0(2); CHI 1,3; JE to the end; LGHI 3,subcode; DIAG 0,3,308; LPSW 2F8. The counter
// lies outside of the image.
constexpr std::string_view count_to_three_by_reset =
    "A52F8000" "58102000" "A71A0001" "50102000" "A71E0003" "A7840006" "A7390001" "83030308" "820002F8";
constexpr std::string_view count_to_three_by_load =
    "A52F8000" "58102000" "A71A0001" "50102000" "A71E0003" "A7840006" "A7390004" "83030308" "820002F8";

TEST_F(BarePartitionTest, Diagnose308ResetStartsTheProgramWhosePswLiesAtZero) { EXPECT_EQ(run(count_to_three_by_reset), 0u); }

TEST_F(BarePartitionTest, Diagnose308LoadNormalLoadsTheProgramAgainAndKeepsOtherStorage) {
  EXPECT_EQ(run(count_to_three_by_load), 0u);
}

// LGHI 2,1000; LGHI 4,6; DIAG 2,4,308; OILH 3,8000 for the 31-bit mode; ST 3,2FC; LPSW 2F8.
TEST_F(BarePartitionTest, Diagnose308StoreSaysThatThereIsNoConfigurationAfterALoadFromAFile) {
  EXPECT_EQ(run("A7291000" "A7490006" "83240308" "A53A8000" "503002FC" "820002F8"), 0x102u);
}

TEST_F(BarePartitionTest, Diagnose308RefusesAnOddRegisterAnUnalignedBlockAndAnUnknownSubcode) {
  EXPECT_EQ(run("A7391000" "A7490006" "83340308"), 0xBADu);
  EXPECT_EQ(run("A7291008" "A7490006" "83240308"), 0xBADu);
  EXPECT_EQ(run("A7490002" "83240308"), 0xBADu);
}

TEST_F(BarePartitionTest, AnUnknownDiagnoseIsASpecificationException) { EXPECT_EQ(run("83240258"), 0xBADu); }

// A command in general register 1, its SCCB of 4096 bytes at 1000 in general register 2.
//   LGHI 2,1000; MVHHI 0(2),1000; IILF 1,command; SERVC 1,2; then a halfword of the SCCB; OILH 3,8000; ST 3,2FC; LPSW 2F8
std::string service_call(std::string_view command, std::string_view halfword) {
  return "A7291000" "E54420001000" "C019" + std::string{command} + "B2200012" "48302" + std::string{halfword} +
         "A53A8000" "503002FC" "820002F8";
}

TEST_F(BarePartitionTest, ReadScpInfoTellsStorageInMebibytes) { EXPECT_EQ(run(service_call("00020001", "008")), 64u); }
TEST_F(BarePartitionTest, ReadScpInfoAnswersNormalReadCompletion) { EXPECT_EQ(run(service_call("00120001", "006")), 0x0010u); }
TEST_F(BarePartitionTest, ReadCpuInfoCountsTheConfiguredCpus) { EXPECT_EQ(run(service_call("00010001", "008"), 3), 3u); }
TEST_F(BarePartitionTest, AnUnknownServiceCallIsAnsweredAsInvalid) { EXPECT_EQ(run(service_call("00FF0001", "006")), 0x01F0u); }
TEST_F(BarePartitionTest, ACpuThatIsConfiguredStaysSo) { EXPECT_EQ(run(service_call("00110101", "006"), 2), 0x0120u); }
TEST_F(BarePartitionTest, AStoppedCpuCanBePutOnStandby) { EXPECT_EQ(run(service_call("00100101", "006"), 2), 0x0020u); }
TEST_F(BarePartitionTest, ACpuThatRunsCannot) { EXPECT_EQ(run(service_call("00100001", "006"), 2), 0x0340u); }

// SERVC twice while the interruption of the first waits: IPM 3; SRL 3,28 shows the condition code.
TEST_F(BarePartitionTest, TheSecondServiceCallFindsTheFirstOutstanding) {
  EXPECT_EQ(run("A7291000" "E54420001000" "C01900020001" "B2200012" "B2200012" "B2220030" "8830001C" "A53A8000" "503002FC" "820002F8"), 2u);
}

TEST_F(BarePartitionTest, AnUnalignedSccbIsASpecificationException) {
  EXPECT_EQ(run("A7291004" "C01900020001" "B2200012"), 0xBADu);
}

}  // namespace
}  // namespace lpar
