#include "gdb/packet.h"

#include <gtest/gtest.h>

namespace gdb {
namespace {

using Kind = Received::Kind;

Received only(PacketReader& reader) {
  auto received = reader.next();
  EXPECT_TRUE(received);
  EXPECT_FALSE(reader.next());
  return received.value_or(Received{});
}

TEST(Packet, DataLiesBetweenDollarAndChecksum) {
  PacketReader reader;
  reader.add("+$m0,4#fd");  // 6D + 30 + 2C + 34 = FD
  const auto packet = only(reader);
  EXPECT_EQ(packet.kind, Kind::packet);
  EXPECT_EQ(packet.data, "m0,4");
}

TEST(Packet, ArrivesInPieces) {
  PacketReader reader;
  for (const char c : std::string_view{"$?#3"}) {
    reader.add({&c, 1});
    EXPECT_FALSE(reader.next());
  }
  reader.add("f");
  EXPECT_EQ(only(reader).data, "?");
}

TEST(Packet, AWrongOrUnreadableChecksumIsDamage) {
  PacketReader reader;
  reader.add("$?#3e");
  EXPECT_EQ(only(reader).kind, Kind::damaged);
  reader.add("$?#zz");
  EXPECT_EQ(only(reader).kind, Kind::damaged);
}

TEST(Packet, EscapedBytesAreUnescaped) {
  PacketReader reader;
  reader.add("$X}\x03}]#15");  // 58 + 7D + 03 + 7D + 5D = 1B2
  EXPECT_EQ(only(reader).kind, Kind::damaged);
  reader.add("$X}\x03}]#b2");
  EXPECT_EQ(only(reader).data, "X#}");
}

TEST(Packet, Byte03InterruptsOutsideOfAPacketOnly) {
  PacketReader reader;
  reader.add("\x03");
  EXPECT_EQ(only(reader).kind, Kind::interrupt);
  reader.add("$X\x03#5b");
  EXPECT_EQ(only(reader).data, "X\x03");
}

TEST(Packet, NoiseBetweenPacketsIsSkipped) {
  PacketReader reader;
  reader.add("abc#00$?#3f");
  EXPECT_EQ(only(reader).data, "?");
}

TEST(Packet, OneThatIsTooLongIsSaidToBeSoOnceItEnds) {
  PacketReader reader;
  for (int i = 0; i < 5; ++i) {
    reader.add((i == 0 ? "$" : "") + std::string(PacketReader::limit, 'a'));
    EXPECT_FALSE(reader.next());
  }
  reader.add("#00$?#3f");
  EXPECT_EQ(reader.next()->kind, Kind::too_long);
  EXPECT_EQ(only(reader).data, "?");
}

TEST(Packet, ReplyIsFramedAndItsSpecialBytesEscaped) {
  EXPECT_EQ(framed("OK"), "$OK#9a");
  EXPECT_EQ(framed(""), "$#00");
  EXPECT_EQ(framed("*"), "$}\x0a#87");  // 7D + 0A
}

}  // namespace
}  // namespace gdb
