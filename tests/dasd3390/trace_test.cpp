// The I/O trace of a 3390: what its parameters and sense data mean, and its file forms. tshark judges the frames.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "channel/trace.h"
#include "channel_system.h"

namespace dasd3390::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class DasdTrace : public ::testing::Test {
 protected:
  DasdTrace() { disk_.format({1, 2}, 3, 512); }

  // Reads record 2 of cylinder 1 head 2 with the CCWs Linux uses; then looks for record 9, which is not there.
  void read_and_miss() {
    system_.run({define_extent(reading, {1, 2}, {1, 2}), locate(0x06, 1, {1, 2}, 2), read(0x86, 512)});
    system_.run({define_extent(reading, {1, 2}, {1, 2}), locate(0x06, 1, {1, 2}, 9), read(0x86, 512)});
  }
  std::vector<std::string> lines(std::string_view what) {
    auto& trace = system_.subsystem().trace();
    trace.start(*channel::TraceRequest::parse(what), channel::IoTrace::Sink{});
    read_and_miss();
    system_.subsystem().quiesce();
    system_.subsystem().continue_io();
    trace.stop();
    return trace.lines();
  }
  // The file that the same I/O leaves.
  std::string file(std::string_view what, std::string_view name) {
    const auto path = fmt::format("{}dasd-trace-{}-{}", ::testing::TempDir(), ::getpid(), name);
    const channel::TraceTarget target{system_.subsystem().trace(), "TESTSYS"};
    const auto request = channel::TraceRequest::parse(fmt::format("{},to={}", what, path));
    EXPECT_TRUE(request);
    EXPECT_TRUE(channel::start_traces(*request, {&target, 1}, {}));
    read_and_miss();
    system_.subsystem().quiesce();
    system_.subsystem().continue_io();
    target.trace.stop();
    return path;
  }
  static std::string contents(const std::string& path) {
    std::stringstream text;
    text << std::ifstream{path, std::ios::binary}.rdbuf();
    return text.str();
  }
  static std::string output_of(const std::string& command) {
    std::string text;
    FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
    std::array<char, 4096> chunk;
    while (const auto n = std::fread(chunk.data(), 1, chunk.size(), pipe)) text.append(chunk.data(), n);
    EXPECT_EQ(::pclose(pipe), 0) << command;
    return text;
  }

  Disk disk_;
  System system_{disk_.attach(disk_.volume()->whole())};
};

TEST_F(DasdTrace, ExplainsParametersRecordsAndSense) {
  const auto seen = lines("");
  EXPECT_THAT(seen, Contains(AllOf(HasSubstr("63 DEFINE EXTENT"),
                                   HasSubstr("\n       extent cylinder 1 head 2 to cylinder 1 head 2, no writes, all seeks"))));
  EXPECT_THAT(seen, Contains(AllOf(HasSubstr("47 LOCATE RECORD"),
                                   HasSubstr("\n       read data, 1 record, seek cylinder 1 head 2, from record 1/2/2, at the count area"))));
  EXPECT_THAT(seen, Contains(AllOf(HasSubstr("86 READ DATA MT"), HasSubstr(" record=1/2/2 -> CE DE"))));
  EXPECT_THAT(seen, Contains(AllOf(HasSubstr("SENSE  00080000"), HasSubstr("\n       no record found, at cylinder 1 head 2"))));
}

TEST_F(DasdTrace, ShowsOnlyWhatIsAskedFor) {
  EXPECT_EQ(lines("command=47").size(), 2u);
  EXPECT_EQ(lines("device=0201-0300").size(), 0u);
  EXPECT_EQ(lines("device=01FF-0200,command=86").size(), 1u);
  // LOCATE RECORD that fails, its sense data, and the status of the program.
  EXPECT_EQ(lines("status=UC").size(), 3u);
}

TEST_F(DasdTrace, JsonLinesHaveUnitsInTheirKeys) {
  const auto path = file("command=86,format=json", "json");
  const auto text = contents(path);
  EXPECT_THAT(text, HasSubstr("\"machine\":\"TESTSYS\",\"device\":\"0200\",\"program\":1,\"event\":\"command\""));
  EXPECT_THAT(text, HasSubstr("\"command\":\"86\",\"name\":\"READ DATA MT\",\"flags\":[],\"count_bytes\":512,\"residual_bytes\":0,"
                              "\"outcome\":\"ended\",\"device_status\":[\"CE\",\"DE\"],\"subchannel_status\":[]"));
  EXPECT_THAT(text, HasSubstr("\"cylinder\":1,\"head\":2,\"record\":2"));
  EXPECT_EQ(output_of("python3 -c 'import json,sys; print([json.loads(l)[\"data\"] for l in open(sys.argv[1])])' " + path),
            fmt::format("['{}']\n", fmt::join(std::vector<std::string>(96, "02"), "")));
}

// One frame for each command, for data, and for status; the comment names what Wireshark has no name for.
TEST_F(DasdTrace, WiresharkDissectsTheCaptureAsFicon) {
  const auto path = file("", "capture.pcapng");
  EXPECT_EQ(output_of("tshark -r " + path + " -T fields -e fcsb3.devaddr -e fcsb3.iui.val -e fcsb3.ccwcmd -e fcsb3.ccwflags"
                                            " -e fcsb3.ccwcnt -e fcsb3.status -e fcsb3.databytecnt -E separator=,"),
            "512,0x04,0x63,0x40,16,,16\n"
            "512,0x02,,,,0x0c,0\n"
            "512,0x04,0x47,0x40,16,,16\n"
            "512,0x02,,,,0x0c,0\n"
            "512,0x01,0x86,0x00,512,,0\n"
            "512,0x00,,,,,512\n"
            "512,0x02,,,,0x0c,0\n"
            "512,0x04,0x63,0x40,16,,16\n"
            "512,0x02,,,,0x0c,0\n"
            "512,0x04,0x47,0x40,16,,16\n"
            "512,0x02,,,,0x0e,32\n");
  const auto details = output_of("tshark -V -r " + path);
  EXPECT_THAT(details, AllOf(HasSubstr("\nFC-SB3\n"), HasSubstr("Type: SB-3(Channel->CU) (0x1b)"),
                             HasSubstr("Device Address: 512"), HasSubstr("CCW Command: Unknown (0x47)"), HasSubstr("CCW Control Flags: 0x40, CC"),
                             HasSubstr("Status: 0x0e, Channel End, Device End, Unit Check")));
  EXPECT_THAT(details, HasSubstr("LOCATE RECORD flags=CC count=16"));
  EXPECT_THAT(details, HasSubstr("no record found, at cylinder 1 head 2"));
  EXPECT_THAT(details, AllOf(Not(HasSubstr("Malformed")), Not(HasSubstr("Expert Info (Error"))));
}

TEST_F(DasdTrace, AWrongRequestSaysWhatMayBeWritten) {
  const auto error = [](std::string_view text) { return channel::TraceRequest::parse(text).error().text(); };
  EXPECT_EQ(error("device=12000"), "12000: write a hexadecimal number up to FFFF");
  EXPECT_EQ(error("status=BAD"), "status BAD: write ATTN, SM, CUE, BUSY, CE, DE, UC, UE, PCI, IL, PGM, PROT, CDC, CCC, IFCC or CHAIN");
  EXPECT_EQ(error("format=json"), "format: only a file can have it; add to=FILE");
  EXPECT_EQ(error("speed=1"), "speed: a trace is described by device=, command=, status=, to=, format= and bytes=");
}

}  // namespace
}  // namespace dasd3390::test
