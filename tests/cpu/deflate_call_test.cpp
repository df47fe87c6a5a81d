// DEFLATE CONVERSION CALL against zlib: what one compresses the other expands.
#include <zlib.h>

#include <algorithm>
#include <string>

#include "crypto_machine.h"

namespace cpu {
namespace {

constexpr std::uint64_t program = 0x10000, parameters = 0x2000, history = 0x100000, source = 0x200FF0, target = 0x400FF0;
constexpr unsigned generate = 1, compress = 2, expand = 4;
constexpr std::uint64_t circular = 0x80;
constexpr std::uint8_t new_task = 0x80, adler = 0x20, dynamic_table = 0x08, closes_block = 0x02, final_block = 0x01;

// Words that come again, so that there are matches near and far.
Octets text_of(std::size_t length) {
  const char* const words[] = {"storage ", "key ", "subchannel ", "interruption ", "of ", "the ", "guest ", "is ", "relocated ", "\n"};
  Octets result;
  for (std::uint32_t seed = 7; result.size() < length;) {
    seed = seed * 1664525 + 1013904223;
    const std::string word = words[seed >> 24 & 7] + std::to_string(seed >> 20 & 15);
    result.insert(result.end(), word.begin(), word.end());
  }
  result.resize(length);
  return result;
}

Octets zlib_raw(const Octets& text, int level, int strategy = Z_DEFAULT_STRATEGY) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, level, Z_DEFLATED, -15, 8, strategy), Z_OK);
  Octets result(text.size() * 2 + 100);
  stream.next_in = const_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = result.data();
  stream.avail_out = static_cast<uInt>(result.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}
Octets zlib_expanded(const Octets& compressed, std::size_t length) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, -15), Z_OK);
  Octets result(length + 100);
  stream.next_in = const_cast<Bytef*>(compressed.data());
  stream.avail_in = static_cast<uInt>(compressed.size());
  stream.next_out = result.data();
  stream.avail_out = static_cast<uInt>(result.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END) << (stream.msg ? stream.msg : "");
  result.resize(stream.total_out);
  inflateEnd(&stream);
  return result;
}

class DeflateCall : public testing::Test {
 protected:
  DeflateCall() {
    machine_.put(parameters, Octets(1536));
    machine_.machine().put(program, {0xB9, 0x39, 0x60, 0x24});  // DFLTCC 2,4,6
  }
  void set_controls(std::uint8_t controls, std::uint32_t check_value = 0) {
    machine_.put(parameters + 16, {controls});
    machine_.put(parameters + 48, {static_cast<std::uint8_t>(check_value >> 24), 0, 0, static_cast<std::uint8_t>(check_value)});
  }
  void set_operands(std::uint64_t from, std::uint64_t from_length, std::uint64_t to, std::uint64_t to_length) {
    Cpu& cpu = machine_.cpu();
    cpu.gr(1) = parameters;
    cpu.gr(2) = to;
    cpu.gr(3) = to_length;
    cpu.gr(4) = from;
    cpu.gr(5) = from_length;
    cpu.gr(6) = history;
  }
  unsigned run(std::uint64_t function) {
    machine_.cpu().gr(0) = function;
    do {
      machine_.machine().configuration().load_psw(0, {Machine::supervisor, program});
      machine_.machine().step();
    } while (machine_.cpu().cc == 3 && machine_.interruption_code() == 0);
    return machine_.cpu().cc;
  }
  unsigned boundary() { return machine_.get(parameters + 18, 1)[0] & 7; }
  std::uint32_t check_value() { return machine_.machine().value<std::uint32_t>(parameters + 48); }
  Octets output(std::size_t extra = 0) { return machine_.get(target, machine_.cpu().gr(2) - target + extra); }

  // In steps: no more source and target at a time than these.
  Octets expanded(const Octets& compressed, std::size_t source_step, std::size_t target_step, std::uint64_t mode = circular) {
    machine_.put(parameters, Octets(1536));
    set_controls(new_task);
    machine_.put(source, compressed);
    set_operands(source, 0, target, 0);
    Cpu& cpu = machine_.cpu();
    for (;;) {
      const std::uint64_t left = source + compressed.size() - cpu.gr(4);
      if (cpu.gr(5) == 0) cpu.gr(5) = std::min<std::uint64_t>(left, source_step);
      if (cpu.gr(3) == 0) cpu.gr(3) = target_step;
      const unsigned cc = run(expand | mode);
      if (cc == 0) return output();
      if (machine_.interruption_code() != 0 || machine_.get(parameters + 19, 1)[0] != 0 || (cc == 2 && left == 0)) {
        ADD_FAILURE() << "condition code " << cc;
        return output();
      }
    }
  }
  // The whole text as the last block, its target given in steps.
  Octets compressed(const Octets& text, std::uint8_t controls, std::size_t target_step, std::uint64_t mode = circular) {
    set_controls(static_cast<std::uint8_t>(new_task | closes_block | final_block | controls), controls & adler ? 1 : 0);
    machine_.put(source, text);
    set_operands(source, text.size(), target, target_step);
    while (run(compress | mode) == 1) machine_.cpu().gr(3) = target_step;
    EXPECT_EQ(machine_.cpu().cc, 0);
    EXPECT_EQ(machine_.cpu().gr(5), 0u);
    return output(boundary() != 0 ? 1 : 0);
  }
  void generate_for(const Octets& text) {
    machine_.put(source, text);
    set_operands(source, text.size(), target, 0);
    EXPECT_EQ(run(generate), 0u);
  }

  CryptoMachine machine_;
};

TEST_F(DeflateCall, ExpandsBlocksOfAllKinds) {
  const Octets text = text_of(60000);
  EXPECT_EQ(expanded(zlib_raw(text, 9), 100000, 100000), text);
  EXPECT_EQ(expanded(zlib_raw(text, 6, Z_FIXED), 100000, 100000), text);
  EXPECT_EQ(expanded(zlib_raw(text, 0), 100000, 100000), text);
  EXPECT_EQ(expanded(zlib_raw(noise(5000), 9), 100000, 100000), noise(5000));
  EXPECT_EQ(expanded(zlib_raw({}, 9), 10, 10), Octets{});
}
TEST_F(DeflateCall, ExpandsInSteps) {
  const Octets text = text_of(3000);
  for (const int level : {0, 9}) {
    const Octets stream = zlib_raw(text, level);
    EXPECT_EQ(expanded(stream, 1, 100000), text);
    EXPECT_EQ(expanded(stream, 100000, 7), text);
    EXPECT_EQ(expanded(stream, 13, 11), text);
    EXPECT_EQ(expanded(stream, 100000, text.size()), text);
  }
}
TEST_F(DeflateCall, ExpandsWithInLineHistory) {
  const Octets text = text_of(60000);
  EXPECT_EQ(expanded(zlib_raw(text, 9), 500, 100000, 0), text);
}
TEST_F(DeflateCall, TheCheckValueIsACrcWithItsBytesReversedOrAnAdler) {
  const Octets text = text_of(20000);
  expanded(zlib_raw(text, 9), 100000, 100000);
  EXPECT_EQ(check_value(), std::byteswap(static_cast<std::uint32_t>(crc32(0, text.data(), static_cast<uInt>(text.size())))));
  machine_.put(parameters, Octets(1536));
  compressed(text, adler, 100000);
  EXPECT_EQ(check_value(), adler32(1, text.data(), static_cast<uInt>(text.size())));
}
TEST_F(DeflateCall, CorruptDataIsConditionCode2WithACode) {
  Octets stream = zlib_raw(text_of(1000), 9);
  stream[0] |= 6;  // block type 3
  set_controls(new_task);
  machine_.put(source, stream);
  set_operands(source, stream.size(), target, 5000);
  EXPECT_EQ(run(expand | circular), 2u);
  EXPECT_NE(machine_.get(parameters + 19, 1)[0], 0);
}
TEST_F(DeflateCall, AStateThatTheProgramMadeUpIsRefused) {
  machine_.put(parameters + 4, {0, 0, 0, 1});
  machine_.put(parameters + 384, Octets(1152, 0xFF));
  machine_.put(source, noise(100));
  set_operands(source, 100, target, 5000);
  EXPECT_EQ(run(expand | circular), 2u);
}

TEST_F(DeflateCall, ASourceWithoutBytesIsTooShortWhereverItsBitsWouldBegin) {
  machine_.put(parameters + 16, {new_task, 0, 5});
  set_operands(source, 0, target, 5000);
  EXPECT_EQ(run(expand | circular), 2u);
  EXPECT_EQ(machine_.get(parameters + 19, 1)[0], 0);
}
TEST_F(DeflateCall, MoreWaitingBitsThanThereCanBeAreRefused) {
  set_controls(new_task);
  generate_for(text_of(1000));
  machine_.put(parameters + 4, {0, 0, 0, 1});
  machine_.put(parameters + 16, {dynamic_table});
  machine_.put(parameters + 384, Octets(1152, 0xFF));
  set_operands(source, 10, target, 1);
  EXPECT_EQ(run(compress | circular), 2u);
}

TEST_F(DeflateCall, CompressesWithTheFixedTable) {
  const Octets text = text_of(60000);
  const Octets stream = compressed(text, 0, 100000);
  EXPECT_LT(stream.size(), text.size() / 2);
  EXPECT_EQ(zlib_expanded(stream, text.size()), text);
}
TEST_F(DeflateCall, CompressesWithATableThatItGenerated) {
  const Octets text = text_of(60000);
  const std::size_t fixed = compressed(text, 0, 100000).size();
  machine_.put(parameters, Octets(1536));
  generate_for(text);
  const Octets stream = compressed(text, dynamic_table, 100000);
  EXPECT_LT(stream.size(), fixed);
  EXPECT_EQ(zlib_expanded(stream, text.size()), text);
}
TEST_F(DeflateCall, CompressesIntoTargetsThatAreShort) {
  const Octets text = text_of(2000) + noise(300);
  for (const std::size_t step : {1u, 3u, 100u}) {
    machine_.put(parameters, Octets(1536));
    generate_for(text);
    EXPECT_EQ(zlib_expanded(compressed(text, dynamic_table, step), text.size()), text) << step;
  }
}
TEST_F(DeflateCall, CompressesWithInLineHistory) {
  const Octets text = text_of(60000);
  EXPECT_EQ(zlib_expanded(compressed(text, 0, 100000, 0), text.size()), text);
}
TEST_F(DeflateCall, ATableSuitsTextThatTheSampleDidNotShow) {
  generate_for(text_of(4000));
  const Octets other = noise(4000);
  EXPECT_EQ(zlib_expanded(compressed(other, dynamic_table, 100000), other.size()), other);
}

}  // namespace
}  // namespace cpu
