#include "base/be.h"

#include <gtest/gtest.h>

#include <string>

#include "base/address.h"
#include "base/assert.h"
#include "base/clock.h"
#include "base/ebcdic.h"
#include "base/fd.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/units.h"

namespace {

TEST(Be, LiesInStorageMostSignificantByteFirst) {
  const z::be32 word = 0x01020304;
  unsigned char bytes[4];
  std::memcpy(bytes, &word, 4);
  EXPECT_EQ(bytes[0], 1);
  EXPECT_EQ(bytes[3], 4);
  EXPECT_EQ(z::Be<std::uint32_t>::load(bytes), 0x01020304U);
}

TEST(TodClock, UnixEpochIsTheManualsConstant) {
  EXPECT_EQ(z::tod_of_utc(z::Nanoseconds{0}).value, 0x7D91048BCA000000U);
  EXPECT_EQ(z::tod_of_utc(std::chrono::microseconds{1}).value, 0x7D91048BCA001000U);
}

TEST(Ebcdic, NamesArePaddedWithBlanks) {
  const auto name = z::EbcdicName::of("MEMBER1");
  EXPECT_EQ(name.bytes[0], 0xD4);
  EXPECT_EQ(name.bytes[7], 0x40);
  EXPECT_EQ(name.text(), "MEMBER1");
}

TEST(Units, AMebibyteAtAMegabyteASecondTakesASecondAndABit) {
  EXPECT_EQ((z::Bytes{1'000'000} / z::BytesPerSecond{1e6}).count(), 1'000'000'000);
  EXPECT_EQ(z::Pages{3}.bytes().value, 12288U);
}

}  // namespace
