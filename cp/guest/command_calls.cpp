#include "cp/guest/command_calls.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/ebcdic.h"
#include "cp/guest/real_storage.h"
#include "cpu/cpu.h"
#include "cpu/op.h"

namespace cp {
namespace {

// Flags in front of the command's length: the response goes to a buffer.
constexpr std::uint32_t response_in_buffer = 0x4000'0000, length_mask = 0x00FF'FFFF;
constexpr std::uint32_t longest_command = 240;
constexpr char line_end = '\n';
constexpr std::uint8_t new_line = 0x15;

std::string text_of(std::span<const std::byte> codes) {
  std::string text;
  for (const auto code : codes) {
    const auto c = std::to_integer<std::uint8_t>(code);
    text += c == new_line ? line_end : z::from_ebcdic(c);
  }
  return text;
}

std::vector<std::byte> codes_of(std::string_view text) {
  std::vector<std::byte> codes;
  for (const char c : text) codes.push_back(std::byte{c == line_end ? new_line : z::to_ebcdic(c)});
  return codes;
}

void put(z::ByteWriter& writer, const std::string& text) { writer.block(std::as_bytes(std::span{text})); }

z::Result<std::string> take(z::ByteReader& reader) {
  const auto bytes = Z_TRY(reader.block());
  std::string text(bytes.size(), ' ');
  std::ranges::transform(bytes, text.begin(), [](std::byte b) { return static_cast<char>(b); });
  return text;
}

}  // namespace

// R1: address of the command, R3: flags and its length; with a buffer the registers after these have its address and length.
std::expected<CommandCalls::Request, cpu::Pic> CommandCalls::read_request(cpu::Cpu& cpu, const cpu::Op& op) {
  const auto flags = cpu.gr32(op.r3) & ~length_mask, length = cpu.gr32(op.r3) & length_mask;
  if (length > longest_command) return std::unexpected{cpu::Pic::specification};
  Request request;
  if ((flags & response_in_buffer) != 0) {
    if (op.r1 == 15 || op.r3 == 15 || op.r1 + 1 == op.r3 || op.r3 + 1 == op.r1) return std::unexpected{cpu::Pic::specification};
    request.response = Response::to_caller;
    request.buffer = cpu.wrap(cpu.gr(op.r1 + 1U));
    request.buffer_length = cpu.gr32(op.r3 + 1U);
    if (!is_in_real_storage(cpu, request.buffer, request.buffer_length)) return std::unexpected{cpu::Pic::addressing};
  }
  std::vector<std::byte> text(length);
  if (!fetch_real(cpu, cpu.wrap(cpu.gr(op.r1)), text)) return std::unexpected{cpu::Pic::addressing};
  request.text = text_of(text);
  return request;
}

cpu::Step CommandCalls::perform(cpu::Cpu& cpu, const cpu::Op& op) {
  const auto request = read_request(cpu, op);
  if (!request) return cpu.program_interruption(request.error());
  std::shared_ptr<Call> call;
  std::optional<Answer> answer;
  bool is_new = false;
  {
    const z::Lock lock{lock_};
    auto& slot = calls_[cpu.address()];
    is_new = slot == nullptr || slot->text != request->text;
    if (is_new) slot = std::make_shared<Call>(request->text, std::nullopt);
    call = slot;
    answer = call->answer;
    if (answer) slot = nullptr;
  }
  if (answer) return deliver(cpu, op, *request, *answer);
  if (is_new) {
    run_(request->text, request->response, [this, call, &cpu](Answer given) {
      {
        const z::Lock lock{lock_};
        call->answer = std::move(given);
      }
      cpu.attention().post(cpu::Attention::control);
    });
  } else {
    cpu.wait_for_attention();
  }
  return cpu::Step::repeat;
}

// Condition code 1: R3 + 1 has the number of bytes that found no room.
cpu::Step CommandCalls::deliver(cpu::Cpu& cpu, const cpu::Op& op, const Request& request, const Answer& answer) {
  if (request.response == Response::to_caller) {
    const auto codes = codes_of(answer.response);
    const auto stored = std::min<std::size_t>(codes.size(), request.buffer_length);
    if (!store_real(cpu, request.buffer, std::span{codes}.first(stored))) return cpu.program_interruption(cpu::Pic::addressing);
    const bool fits = stored == codes.size();
    cpu.set_gr32(op.r3 + 1U, static_cast<std::uint32_t>(fits ? stored : codes.size() - stored));
    cpu.cc = fits ? 0 : 1;
  }
  cpu.set_gr32(op.r3, static_cast<std::uint32_t>(answer.return_code));
  return cpu::Step::next;
}

void CommandCalls::reset() {
  const z::Lock lock{lock_};
  calls_.clear();
}

std::vector<std::byte> CommandCalls::save() const {
  z::ByteWriter writer;
  const z::Lock lock{lock_};
  const auto is_answered = [](const auto& call) { return call.second != nullptr && call.second->answer; };
  writer.be32(static_cast<std::uint32_t>(std::ranges::count_if(calls_, is_answered)));
  for (const auto& entry : calls_) {
    if (!is_answered(entry)) continue;
    writer.be32(entry.first);
    put(writer, entry.second->text);
    put(writer, entry.second->answer->response);
    writer.be32(static_cast<std::uint32_t>(entry.second->answer->return_code));
  }
  return std::move(writer).bytes();
}

z::Result<> CommandCalls::restore(std::span<const std::byte> state) {
  z::ByteReader reader{state};
  std::map<unsigned, std::shared_ptr<Call>> calls;
  const auto count = Z_TRY(reader.be32());
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto address = Z_TRY(reader.be32());
    auto call = std::make_shared<Call>();
    call->text = Z_TRY(take(reader));
    Answer answer{.response = Z_TRY(take(reader)), .return_code = 0};
    answer.return_code = static_cast<int>(Z_TRY(reader.be32()));
    call->answer = std::move(answer);
    calls.insert_or_assign(address, std::move(call));
  }
  const z::Lock lock{lock_};
  calls_ = std::move(calls);
  return {};
}

}  // namespace cp
