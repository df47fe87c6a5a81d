// Two members with a switch of one name, and guests at it whose drivers the test plays as ctcm does.
#include "cp/network/virtual_switch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "ctc/fctc_device.h"
#include "loop.h"
#include "ports.h"

namespace cp {
namespace {

using ctc::test::Program;
using testing::ElementsAre;
using usernet::Packet;
using Direction = VirtualSwitch::Direction;

constexpr std::uint8_t write_command = 0x01, read_command = 0x02, set_extended = 0xC3, prepare = 0xE3;

// An IPv4 packet of a header and one byte.
Packet packet(std::uint8_t from, std::uint8_t to, std::uint8_t content) {
  Packet result(21);
  result[0] = std::byte{0x45};
  for (const auto [at, last] : {std::pair{12, from}, {16, to}}) {
    const auto place = static_cast<std::size_t>(at);
    result[place] = std::byte{10};
    result[place + 2] = std::byte{2};
    result[place + 3] = std::byte{last};
  }
  result[20] = std::byte{content};
  return result;
}

class Switches : public testing::Test {
 protected:
  Switches() {
    for (const auto* name : {"MEMBER1", "MEMBER2"}) make(name);
  }
  ~Switches() override {
    loop_.run([this] { switches_.clear(); });
  }

  // A guest's two CTCs and its driver.
  struct Guest {
    PortName port;
    std::array<ctc::Jack*, 2> jacks{};
    std::unique_ptr<Program> reads, writes;

    void set_mode() {
      for (auto* program : {reads.get(), writes.get()})
        while (program->run(set_extended).status != channel::ended) program->await_unsolicited();
    }
    void send(const std::vector<Packet>& packets) {
      EXPECT_TRUE(writes->run(prepare).status.has(channel::device_end));
      const auto block = usernet::block_of(packets);
      EXPECT_EQ(writes->run(write_command, {block.bytes().begin(), block.bytes().end()}).status, channel::ended);
    }
    // The last bytes of the packets of the next block.
    std::vector<int> receive() {
      EXPECT_TRUE(reads->run(prepare).status.has(channel::device_end));
      return read();
    }
    std::vector<int> read() {
      std::vector<int> contents;
      for (const auto& one : usernet::packets_of(reads->run(read_command, std::vector<std::byte>(usernet::longest_block)).data))
        contents.push_back(std::to_integer<int>(one.back()));
      return contents;
    }
  };

  void make(const std::string& member) {
    switches_[member] = std::make_unique<VirtualSwitch>(
        "LAN1", VirtualSwitch::Outside{.post = [this](std::function<void()> work) { loop_.post(std::move(work)); },
                                       .members = [this, member] { return others(member); },
                                       .send = [this, member](const std::string& to, std::vector<std::byte> message) {
                                         loop_.post([this, member, to, message = std::move(message)] {
                                           EXPECT_TRUE(switches_.at(to)->received(member, message));
                                         });
                                       }});
  }
  std::vector<std::string> others(const std::string& member) const {
    std::vector<std::string> result;
    for (const auto& [name, one] : switches_)
      if (name != member) result.push_back(name);
    return result;
  }
  Guest make_guest(const std::string& userid) {
    Guest guest{.port = {userid, z::DeviceNumber{std::uint16_t{0x600}}}, .jacks = {}, .reads = {}, .writes = {}};
    std::array<std::unique_ptr<Program>, 2> programs;
    for (std::size_t i = 0; i < 2; ++i) {
      auto jack = std::make_unique<ctc::Jack>(userid, [this](std::function<void()> work) { loop_.post(std::move(work)); });
      guest.jacks[i] = jack.get();
      programs[i] = std::make_unique<Program>(std::make_unique<ctc::FctcDevice>(std::move(jack), ctc::Role::proxy));
    }
    guest.reads = std::move(programs[0]);
    guest.writes = std::move(programs[1]);
    return guest;
  }
  void plug(Guest& guest, const std::string& member) {
    for (const auto direction : {Direction::read, Direction::write})
      switches_[member]->plug(guest.port, direction, *guest.jacks[static_cast<std::size_t>(direction)]);
  }
  Guest guest_at(const std::string& userid, const std::string& member) {
    auto guest = make_guest(userid);
    loop_.run([&] { plug(guest, member); });
    guest.set_mode();
    return guest;
  }
  void end(Guest& guest) {
    loop_.run([&] { guest.reads.reset(), guest.writes.reset(); });
  }
  void settle() {
    for (int i = 0; i < 5; ++i) loop_.run([] {});
  }

  struct Image {
    std::vector<std::byte> reads, writes, port;
  };
  Image stop_and_save(Guest& guest, const std::string& member) {
    Image image;
    loop_.run([&] {
      switches_[member]->hold(guest.port);
      image = {guest.reads->device().save(), guest.writes->device().save(), switches_[member]->save(guest.port)};
    });
    return image;
  }
  Guest wake_up(const std::string& userid, const std::string& member, const Image& image) {
    auto guest = make_guest(userid);
    loop_.run([&] {
      EXPECT_TRUE(guest.reads->device().restore(image.reads));
      EXPECT_TRUE(guest.writes->device().restore(image.writes));
      EXPECT_TRUE(switches_[member]->restore(guest.port, image.port));
      plug(guest, member);
    });
    return guest;
  }
  void leave(Guest& guest, const std::string& member) {
    loop_.run([&] {
      switches_[member]->remove(guest.port);
      guest.reads.reset(), guest.writes.reset();
    });
  }

  ctc::test::Loop loop_;
  std::map<std::string, std::unique_ptr<VirtualSwitch>> switches_;
};

TEST_F(Switches, CarryPacketsBetweenTwoGuestsOfAMember) {
  auto one = guest_at("LINUX1", "MEMBER1"), other = guest_at("LINUX2", "MEMBER1");
  other.send({packet(16, 16, 0)});  // now its address is known
  one.send({packet(15, 16, 1), packet(15, 16, 2)});
  EXPECT_THAT(other.receive(), ElementsAre(1, 2));
  other.send({packet(16, 15, 3)});
  EXPECT_THAT(one.receive(), ElementsAre(3));
  end(one), end(other);
}

TEST_F(Switches, AnswerAGuestThatOpensItsDirection) {
  auto one = guest_at("LINUX1", "MEMBER1");
  EXPECT_TRUE(one.writes->run(prepare).status.has(channel::device_end));
  const auto block = usernet::opening_block();
  EXPECT_EQ(one.writes->run(write_command, {block.bytes().begin(), block.bytes().end()}).status, channel::ended);
  EXPECT_TRUE(one.reads->run(prepare).status.has(channel::device_end));
  EXPECT_TRUE(usernet::is_opening(one.reads->run(read_command, std::vector<std::byte>(64)).data));
  end(one);
}

TEST_F(Switches, FindAGuestThatHasNotSpoken) {
  auto one = guest_at("LINUX1", "MEMBER1"), near = guest_at("LINUX2", "MEMBER1"), far = guest_at("LINUX3", "MEMBER2");
  one.send({packet(15, 16, 1)});
  EXPECT_THAT(near.receive(), ElementsAre(1));
  EXPECT_THAT(far.receive(), ElementsAre(1));
  far.send({packet(16, 15, 2)});
  EXPECT_THAT(one.receive(), ElementsAre(2));
  one.send({packet(15, 16, 3)});
  EXPECT_THAT(far.receive(), ElementsAre(3));
  loop_.run([&] { EXPECT_EQ(switches_["MEMBER1"]->routes().find(IpAddress{0x0A00'0210}), Routes::Place{std::string{"MEMBER2"}}); });
  end(one), end(near), end(far);
}

TEST_F(Switches, OfTwoMembersAreOneNetwork) {
  auto one = guest_at("LINUX1", "MEMBER1"), other = guest_at("LINUX2", "MEMBER2");
  other.send({packet(16, 16, 0)});
  settle();
  one.send({packet(15, 16, 1)});
  EXPECT_THAT(other.receive(), ElementsAre(1));
  other.send({packet(16, 15, 2)});
  EXPECT_THAT(one.receive(), ElementsAre(2));
  end(one), end(other);
}

TEST_F(Switches, ForgetWhatIsAtAMemberThatIsOutOfReach) {
  auto other = guest_at("LINUX2", "MEMBER2");
  other.send({packet(16, 16, 0)});
  settle();
  loop_.run([&] {
    EXPECT_EQ(switches_["MEMBER1"]->routes().all().size(), 1);
    switches_["MEMBER1"]->link_down("MEMBER2");
    EXPECT_EQ(switches_["MEMBER1"]->routes().all().size(), 0);
    switches_["MEMBER2"]->link_up("MEMBER1");
  });
  settle();
  loop_.run([&] { EXPECT_EQ(switches_["MEMBER1"]->routes().all().size(), 1) << "told again when it is back"; });
  end(other);
}

// No packet is lost, whatever its place was when the guest was stopped: in a WRITE that waited for its reader, behind it, or on
// its way to the place that the guest has left.
TEST_F(Switches, LoseNothingWhenAGuestMoves) {
  auto moved = guest_at("LINUX1", "MEMBER1"), stays = guest_at("LINUX2", "MEMBER1");
  moved.send({packet(15, 15, 0)});
  stays.send({packet(16, 15, 1)});
  settle();
  stays.send({packet(16, 15, 2)});
  settle();
  const auto image = stop_and_save(moved, "MEMBER1");
  stays.send({packet(16, 15, 3)});
  auto there = wake_up("LINUX1", "MEMBER2", image);
  settle();
  leave(moved, "MEMBER1");
  stays.send({packet(16, 15, 4)});
  std::vector<int> received;
  while (received.size() < 4)
    for (const int one : there.receive()) received.push_back(one);
  EXPECT_THAT(received, ElementsAre(1, 2, 3, 4));
  there.send({packet(15, 16, 5)});
  EXPECT_THAT(stays.receive(), testing::Contains(5));
  end(there), end(stays);
}

TEST_F(Switches, GoOnWithAGuestWhoseMoveWasCancelled) {
  auto one = guest_at("LINUX1", "MEMBER1"), other = guest_at("LINUX2", "MEMBER1");
  one.send({packet(15, 15, 0)});
  stop_and_save(one, "MEMBER1");
  other.send({packet(16, 15, 1)});
  loop_.run([&] { switches_["MEMBER1"]->go_on(one.port); });
  EXPECT_THAT(one.receive(), ElementsAre(1));
  end(one), end(other);
}

TEST_F(Switches, RefuseMessagesThatMakeNoSense) {
  loop_.run([&] {
    auto& one = *switches_["MEMBER1"];
    EXPECT_FALSE(one.received("MEMBER2", {}));
    EXPECT_FALSE(one.received("MEMBER2", std::vector{std::byte{9}, std::byte{0}}));
    EXPECT_FALSE(one.received("MEMBER2", std::vector{std::byte{2}, std::byte{0}, std::byte{1}})) << "a piece of an address";
    EXPECT_TRUE(one.received("MEMBER2", std::vector{std::byte{1}, std::byte{0}, std::byte{1}})) << "no packet: nowhere to go";
  });
}

}  // namespace
}  // namespace cp
