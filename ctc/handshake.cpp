#include "ctc/handshake.h"

#include <array>
#include <cstring>
#include <span>
#include <string_view>

#include "base/be.h"

namespace ctc {
namespace {

constexpr std::string_view magic = "ENDIFCTC";

template <std::size_t N>
struct Text {
  char bytes[N]{};
  static Text of(std::string_view text) {
    Text result;
    text.copy(result.bytes, N);
    return result;
  }
  std::string_view view() const { return {bytes, ::strnlen(bytes, N)}; }
};

struct Hello {
  Text<8> eye_catcher = Text<8>::of(magic);
  z::be16 version = protocol_version;
  Carrier carrier{};
  std::uint8_t unused = 0;
  Text<Identity::longest> name;
  Text<Identity::longest> peer;
};
static_assert(sizeof(Hello) == 92);

struct Answer {
  Hello hello;
  Text<160> refusal;  // empty: accepted
};

// Empty when the two ends belong together.
std::string objection(const Hello& theirs, const Identity& own, Carrier carrier) {
  if (theirs.eye_catcher.view() != magic) return "not a CTC of Endicott";
  if (theirs.version != protocol_version)
    return fmt::format("protocol version {}, expected {}", std::uint16_t{theirs.version}, protocol_version);
  if (theirs.carrier != carrier) return "one end uses shared memory, the other TCP";
  if (!own.peer.empty() && theirs.name.view() != own.peer)
    return fmt::format("other end is \"{}\", \"{}\" expects \"{}\"", theirs.name.view(), own.name, own.peer);
  if (!theirs.peer.view().empty() && theirs.peer.view() != own.name)
    return fmt::format("other end is \"{}\", \"{}\" expects \"{}\"", own.name, theirs.name.view(), theirs.peer.view());
  return {};
}

Hello hello_of(const Identity& own, Carrier carrier) {
  Hello hello;
  hello.carrier = carrier;
  hello.name = Text<Identity::longest>::of(own.name);
  hello.peer = Text<Identity::longest>::of(own.peer);
  return hello;
}

template <class Block>
std::span<std::byte> bytes_of(Block& block) {
  return std::as_writable_bytes(std::span{&block, 1});
}

}  // namespace

z::Result<> answer_handshake(const z::Fd& socket, const Identity& own, Carrier carrier, int memory,
                             const StopSignal& stop) {
  Hello hello;
  Z_TRY(receive_block(socket, bytes_of(hello), stop));
  const auto refusal = objection(hello, own, carrier);
  Answer answer{.hello = hello_of(own, carrier), .refusal = Text<160>::of(refusal)};
  Z_CHECK(send_block(socket, bytes_of(answer), refusal.empty() ? memory : -1));
  if (!refusal.empty()) return z::failure("refused: {}", refusal);
  return {};
}

z::Result<z::Fd> open_handshake(const z::Fd& socket, const Identity& own, Carrier carrier, const StopSignal& stop) {
  auto hello = hello_of(own, carrier);
  Z_CHECK(send_block(socket, bytes_of(hello)));
  Answer answer;
  auto memory = Z_TRY(receive_block(socket, bytes_of(answer), stop));
  if (!answer.refusal.view().empty()) return z::failure("refused: {}", answer.refusal.view());
  if (const auto refusal = objection(answer.hello, own, carrier); !refusal.empty())
    return z::failure("refused: {}", refusal);
  return memory;
}

}  // namespace ctc
