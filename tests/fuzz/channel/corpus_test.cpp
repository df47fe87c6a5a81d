// What the fuzzer found, and the inputs it started from: none of it may crash or hang.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "targets.h"

namespace fuzz {
namespace {

template <class Target>
void run_all(const char* folder, Target target) {
  unsigned count = 0;
  for (const auto& entry : std::filesystem::directory_iterator{std::filesystem::path{CORPUS_PATH} / folder}) {
    SCOPED_TRACE(entry.path().string());
    std::ifstream file{entry.path(), std::ios::binary};
    const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>{file}, {}};
    target(std::span{bytes});
    ++count;
  }
  EXPECT_GT(count, 0u);
}

TEST(FuzzCorpus, ChannelProgramsEnd) { run_all("program", run_channel_program); }
TEST(FuzzCorpus, ImagesAreReadOrRefused) { run_all("image", open_image); }

}  // namespace
}  // namespace fuzz
