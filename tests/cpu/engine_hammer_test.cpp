// tests/guests/hammer.c on sixteen CPUs: interlocked updates, transactions, broadcasts and all orders of SIGNAL PROCESSOR at once. The
// guest judges itself.
#include <fstream>
#include <iterator>

#include "machine.h"

namespace cpu {
namespace {

TEST(SixteenCpus, CountRightAndSeeNothingOldUnderLoad) {
  std::ifstream file{ENDICOTT_HAMMER, std::ios::binary};
  const std::vector<char> image{std::istreambuf_iterator<char>{file}, {}};
  ASSERT_FALSE(image.empty());
  Machine machine{16};
  ASSERT_EQ(machine.storage().store({0x10000}, std::as_bytes(std::span{image}), 0), StorageCheck::none);
  machine.run(0x10000);
  EXPECT_EQ(machine.cpu().psw.ia, 0u) << "the guest's code, see hammer.c";
}

}  // namespace
}  // namespace cpu
