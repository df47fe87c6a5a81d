#include "terminal/tn3270.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terminal {
namespace {

using testing::ElementsAre;

Bytes bytes(std::initializer_list<int> values) {
  Bytes result;
  for (const int value : values) result.push_back(static_cast<std::byte>(value));
  return result;
}
Bytes operator+(Bytes left, std::string_view right) {
  for (const char c : right) left.push_back(static_cast<std::byte>(c));
  return left;
}
Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

constexpr int iac = 0xFF, sb = 0xFA, se = 0xF0, will = 0xFB, wont = 0xFC, do_ = 0xFD, eor = 0xEF;

// One display, LU0001, is there; a client may have it or ask for it.
class Tn3270Test : public testing::Test {
 protected:
  static std::expected<std::string, Refusal> admit(const TerminalRequest& request) {
    if (request.name && *request.name != "LU0001") return std::unexpected{Refusal::invalid_name};
    return "LU0001";
  }
  Tn3270::Reply receive(const Bytes& stream) {
    auto reply = server.receive(stream);
    EXPECT_TRUE(reply.has_value());
    return reply ? std::move(*reply) : Tn3270::Reply{};
  }
  void open_with_responses() {
    receive(bytes({iac, will, 40}));
    receive(bytes({iac, sb, 40, 2, 7}) + "IBM-3278-2-E" + bytes({iac, se}));
    receive(bytes({iac, sb, 40, 3, 7, 2, iac, se}));
  }

  Tn3270 server{admit};
};

TEST_F(Tn3270Test, OffersTn3270eFirst) { EXPECT_EQ(server.begin(), bytes({iac, do_, 40})); }

// The example of RFC 2355, "Examples": device type, then functions.
TEST_F(Tn3270Test, AgreesOnDeviceTypeAndName) {
  EXPECT_EQ(receive(bytes({iac, will, 40})).bytes, bytes({iac, sb, 40, 8, 2, iac, se}));
  const auto reply = receive(bytes({iac, sb, 40, 2, 7}) + "IBM-3278-2-E" + bytes({1}) + "LU0001" + bytes({iac, se}));
  EXPECT_EQ(reply.bytes, bytes({iac, sb, 40, 2, 4}) + "IBM-3278-2-E" + bytes({1}) + "LU0001" + bytes({iac, se}));
  EXPECT_FALSE(server.is_open());
}

TEST_F(Tn3270Test, CountersAFunctionListThatIsTooLong) {
  receive(bytes({iac, will, 40}));
  receive(bytes({iac, sb, 40, 2, 7}) + "IBM-3278-2-E" + bytes({iac, se}));
  EXPECT_EQ(receive(bytes({iac, sb, 40, 3, 7, 0, 2, 4, iac, se})).bytes, bytes({iac, sb, 40, 3, 7, 2, iac, se}));
  EXPECT_FALSE(server.is_open());
  EXPECT_EQ(receive(bytes({iac, sb, 40, 3, 4, 2, iac, se})).bytes, Bytes{});
  EXPECT_TRUE(server.is_open());
  EXPECT_TRUE(server.confirms());
}

TEST_F(Tn3270Test, RefusesANameThatNobodyHas) {
  receive(bytes({iac, will, 40}));
  const auto reply = receive(bytes({iac, sb, 40, 2, 7}) + "IBM-3278-2-E" + bytes({1}) + "OTHER" + bytes({iac, se}));
  EXPECT_EQ(reply.bytes, bytes({iac, sb, 40, 2, 6, 5, 3, iac, se}));
}

TEST_F(Tn3270Test, RefusesAPrinter) {
  receive(bytes({iac, will, 40}));
  const auto reply = receive(bytes({iac, sb, 40, 2, 7}) + "IBM-3287-1" + bytes({iac, se}));
  EXPECT_EQ(reply.bytes, bytes({iac, sb, 40, 2, 6, 5, 4, iac, se}));
}

TEST_F(Tn3270Test, SendsRecordsWithAHeaderAndAsksForAResponse) {
  open_with_responses();
  EXPECT_EQ(server.record(0x05, bytes({0xC3, 0xFF})), bytes({0, 0, 2, 0, 1, 0xF5, 0xC3, iac, 0xFF, iac, eor}));
  EXPECT_EQ(server.record(0x06, {}), bytes({0, 0, 2, 0, 2, 0xF6, iac, eor}));
}

TEST_F(Tn3270Test, HandsOnWhatTheUserEntered) {
  open_with_responses();
  const auto reply = receive(bytes({0, 0, 0, 0, 9, 0x7D, 0x40, 0x40, iac, iac, iac, eor}));
  ASSERT_EQ(reply.events.size(), 1U);
  EXPECT_EQ(std::get<Tn3270::Received>(reply.events[0]).bytes, bytes({0x7D, 0x40, 0x40, 0xFF}));
}

TEST_F(Tn3270Test, UnderstandsResponses) {
  open_with_responses();
  const auto confirmation = [this](const Bytes& record) {
    return std::get<Tn3270::Confirmed>(receive(record).events.at(0)).confirmation;
  };
  EXPECT_EQ(confirmation(bytes({2, 0, 0, 0, 1, 0, iac, eor})), Confirmation::done);
  EXPECT_EQ(confirmation(bytes({2, 0, 1, 0, 2, 0, iac, eor})), Confirmation::command_reject);
  EXPECT_EQ(confirmation(bytes({2, 0, 1, 0, 3, 1, iac, eor})), Confirmation::intervention_required);
  EXPECT_EQ(confirmation(bytes({2, 0, 1, 0, 4, 2, iac, eor})), Confirmation::operation_check);
}

TEST_F(Tn3270Test, FallsBackToTerminalTypeEndOfRecordAndBinary) {
  EXPECT_EQ(receive(bytes({iac, wont, 40})).bytes, bytes({iac, do_, 24}));
  EXPECT_EQ(receive(bytes({iac, will, 24})).bytes, bytes({iac, sb, 24, 1, iac, se}));
  EXPECT_EQ(receive(bytes({iac, sb, 24, 0}) + "IBM-3279-2-E" + bytes({iac, se})).bytes,
            bytes({iac, do_, 25, iac, will, 25, iac, do_, 0, iac, will, 0}));
  EXPECT_TRUE(receive(bytes({iac, will, 25, iac, do_, 25, iac, will, 0})).events.empty());
  EXPECT_EQ(receive(bytes({iac, do_, 0})).events.size(), 1U);
  EXPECT_EQ(server.record(0x0D, bytes({0x40})), bytes({0x7E, 0x40, iac, eor}));
  EXPECT_FALSE(server.confirms());
}

TEST_F(Tn3270Test, TellsAnotherKindOfTerminalToGo) {
  receive(bytes({iac, wont, 40}));
  receive(bytes({iac, will, 24}));
  const auto reply = receive(bytes({iac, sb, 24, 0}) + "XTERM" + bytes({iac, se}));
  ASSERT_EQ(reply.events.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<Tn3270::Closed>(reply.events[0]));
}

TEST_F(Tn3270Test, EndsAClientWhoseRecordNeverEnds) {
  open_with_responses();
  const Bytes endless(300'000, std::byte{0x40});
  EXPECT_FALSE(server.receive(endless).has_value());
}

}  // namespace
}  // namespace terminal
