// The other end of a link is a process that is killed, and started again.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "base/fd.h"
#include "ctc/channel_path.h"
#include "ctc/fctc.h"
#include "ctc/fctc_device.h"
#include "ports.h"

namespace ctc {
namespace {

ChannelPaths paths;

using test::Program;

constexpr std::uint8_t read = 0x02, write = 0x01, set_extended = 0xC3, nop = 0x03;
constexpr std::size_t block_size = 1 << 20;

std::unique_ptr<channel::Device> make(const std::string& arguments) {
  auto device = make_fctc(arguments, paths);
  if (!device) ADD_FAILURE() << device.error().text();
  return std::move(*device);
}

// Asks until the other end is there, whether its coming was told before or after the question. Attention with busy says so too: it
// was faster and waits with a command of its own.
void await_ready(Program& side) {
  for (;;) {
    const auto status = side.run(set_extended).status;
    if (status == channel::ended || status.has(channel::attention)) return;
    std::this_thread::yield();
  }
}

std::vector<std::byte> block(std::uint32_t number) {
  std::vector<std::byte> result(block_size);
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<std::byte>(number * 31 + i * 7 + (i >> 12));
  return result;
}

// A process that joins the link once it is told to, and then writes numbered blocks for ever.
class Writer {
 public:
  explicit Writer(const std::string& arguments) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[1]);
      char go;
      if (::read(ends[0], &go, 1) == 1) write_blocks(arguments);
      ::_exit(1);
    }
    ::close(ends[0]);
    go_ = z::Fd{ends[1]};
  }
  ~Writer() { kill(); }
  void start() { EXPECT_EQ(::write(go_.get(), "g", 1), 1); }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  static void write_blocks(const std::string& arguments) {
    Program side{make(arguments)};
    await_ready(side);
    for (std::uint32_t number = 0;; ++number)
      if (side.run(write, block(number)).status != channel::ended) ::_exit(2);
  }

  pid_t pid_;
  z::Fd go_;
};

struct Ends {
  const char* name;
  const char* own;
  const char* writer;
};

class KilledProcess : public testing::TestWithParam<Ends> {
 protected:
  static std::string link() {
    return "link=shm:" + (std::filesystem::temp_directory_path() / ("ctc-kill-" + std::to_string(::getpid()))).string();
  }
  // Reads the next block; its number is told by its first byte.
  static void expect_block(Program& reader, std::uint32_t number) {
    const auto got = reader.run(read, std::vector<std::byte>(block_size));
    ASSERT_EQ(got.status, channel::ended);
    EXPECT_TRUE(got.data == block(number)) << number;
  }

  // Forked before this process has threads.
  Writer first{link() + GetParam().writer};
  Writer second{link() + GetParam().writer};
};

INSTANTIATE_TEST_SUITE_P(Ends, KilledProcess,
                         testing::Values(Ends{"ProxyDies", ",listen", ""}, Ends{"ArbiterDies", "", ",listen"}),
                         [](const auto& info) { return info.param.name; });

TEST_P(KilledProcess, LeavesAnInterfaceDisconnectAndWorksAgainOnceRestarted) {
  Program reader{make(link() + GetParam().own)};
  reader.run(nop);
  first.start();
  await_ready(reader);
  for (std::uint32_t number = 0; number < 8; ++number) expect_block(reader, number);

  first.kill();
  auto end = reader.run(read, std::vector<std::byte>(block_size));
  if (end.status == channel::ended) end = reader.run(read, std::vector<std::byte>(block_size));  // one was on its way
  EXPECT_TRUE(end.status.has(channel::unit_check));
  EXPECT_EQ(end.sense, 0x41);
  EXPECT_EQ(reader.run(nop).sense, 0x41);

  while (reader.has_unsolicited()) reader.await_unsolicited();
  second.start();
  EXPECT_EQ(reader.await_unsolicited(), channel::device_end);
  await_ready(reader);
  for (std::uint32_t number = 0; number < 8; ++number) expect_block(reader, number);
}

TEST(LinkHandshake, RefusesAnEndThatIsNotTheExpectedOne) {
  const auto link = "link=shm:" + (std::filesystem::temp_directory_path() / ("ctc-hs-" + std::to_string(::getpid()))).string();
  const auto listening = make(link + ",listen,name=LP01.6000,peer=LP02.6000");
  const auto connecting = make(link + ",name=LP03.6000,peer=LP01.6000");
  const auto state = [&] { return static_cast<FctcDevice&>(*connecting).link_state(); };
  while (!state().starts_with("refused")) std::this_thread::yield();
  EXPECT_EQ(state(), "refused: other end is \"LP03.6000\", \"LP01.6000\" expects \"LP02.6000\"");
}

TEST(LinkArguments, AreRefusedWithTheWordsThatAreUnderstood) {
  EXPECT_THAT(make_fctc("listen", paths).error().text(), testing::HasSubstr("link=shm:PATH or link=tcp:HOST:PORT is missing"));
  EXPECT_THAT(make_fctc("link=pipe:x", paths).error().text(), testing::HasSubstr("expected shm:PATH or tcp:HOST:PORT"));
  EXPECT_THAT(make_fctc("link=shm:x,colour=9", paths).error().text(), testing::HasSubstr("colour=9"));
  EXPECT_THAT(make_fctc("link=shm:x,speed=9", paths).error().text(), testing::HasSubstr("for example 8Gb/s: 9"));
}

TEST(LinkArguments, TwoListenersAtOnePathAreAnError) {
  const auto link = "link=shm:" + (std::filesystem::temp_directory_path() / ("ctc-two-" + std::to_string(::getpid()))).string();
  const auto first = make(link + ",listen");
  EXPECT_THAT(make_fctc(link + ",listen", paths).error().text(), testing::HasSubstr("another process listens there"));
}

}  // namespace
}  // namespace ctc
