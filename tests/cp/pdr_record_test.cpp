#include "cp/pdr/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "cp/pdr/crc32c.h"
#include "cp/pdr/formssi.h"

namespace {

using namespace cp::pdr;
using cp::api::MemberSlot;

constexpr auto nine_oclock = z::tod_of_utc(std::chrono::seconds{1'369'990'800});  // 2013-05-31 09:00 UTC

TEST(Crc32c, OfTheCheckStringIsThePublishedValue) {
  constexpr char text[] = "123456789";  // RFC 3720 and the catalogue of CRCs: E3069283
  EXPECT_EQ(crc32c(std::as_bytes(std::span{text}.first(9))), 0xE3069283U);
}

TEST(PdrRecord, ComesBackFromItsBytes) {
  Record record;
  record.changes = 7;
  record.timeouts = Timeouts::disabled;
  record.members[0] = {.name = "MEMBER1", .state = MemberState::joined, .previous = MemberState::joining, .connected = 2,
                       .incarnation = 5, .heartbeats = 1234, .stamp = nine_oclock, .last_changer = "MEMBER1"};
  record.members[31] = {.name = "M32", .state = MemberState::unknown, .down_reason = DownReason::declared};
  const auto decoded = decode(encode(record));
  ASSERT_TRUE(decoded) << decoded.error().text();
  EXPECT_EQ(*decoded, record);
}

TEST(PdrRecord, HasSystemEntriesOf704BytesAtOffsetC0) {
  Record record;
  record.members[1].name = "M2";
  const auto bytes = encode(record);
  EXPECT_EQ(bytes.size(), 0xC0U + 32 * 704);
  EXPECT_EQ(bytes[0xC0 + 704], std::byte{0xD4});  // EBCDIC M
}

TEST(PdrRecord, RefusesAHalfWrittenCopy) {
  auto bytes = encode(Record{});
  bytes[12'000] ^= std::byte{1};
  const auto decoded = decode(bytes);
  ASSERT_FALSE(decoded);
  EXPECT_THAT(decoded.error().text(), testing::HasSubstr("checksum"));
}

TEST(PdrKey, BeginsWithIdentifierNameAndState) {
  const auto key = unlocked_key("MYCLUSTR", nine_oclock);
  EXPECT_EQ(z::from_ebcdic(std::as_bytes(std::span{&key, 1}).first(search_length)), "PDR     MYCLUSTRUNLOCKED");
  EXPECT_TRUE(validate(key));
  EXPECT_TRUE(is_locked(locked_key("MYCLUSTR", "MEMBER1", nine_oclock, 1)));
  EXPECT_FALSE(validate(Key{}));
}

TEST(Formssi, DisplaysTheRecordAsTheUtilityDoes) {
  auto fresh = create("MYCLUSTR", std::vector<std::string>{"MEMBER1", "MEMBER2"}, nine_oclock);
  auto record = *decode(fresh.data);
  record.members[0].change_state(MemberState::joined, "MEMBER1");
  record.members[0].stamp = nine_oclock;
  EXPECT_THAT(display(fresh.key, record, "0141", "VMCOM1"),
              testing::ElementsAre(
                  "HCPPDF6618I Persistent Data Record on device 0141 (label VMCOM1) is for MYCLUSTR",
                  "HCPPDF6619I PDR                   state: Unlocked",
                  "HCPPDF6619I                  time stamp: 05/31/13 09:00:00",
                  "HCPPDF6619I       cross-system timeouts: Enabled",
                  "HCPPDF6619I PDR slot 1           system: MEMBER1",
                  "HCPPDF6619I                       state: Joined",
                  "HCPPDF6619I                  time stamp: 05/31/13 09:00:00",
                  "HCPPDF6619I                 last change: MEMBER1",
                  "HCPPDF6619I PDR slot 2           system: MEMBER2",
                  "HCPPDF6619I                       state: Down"));
}

}  // namespace
