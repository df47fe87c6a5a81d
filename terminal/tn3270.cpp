#include "terminal/tn3270.h"

#include <algorithm>
#include <array>

#include "base/be.h"

namespace terminal {
namespace {

// RFC 2355, "TN3270E Header".
struct Header {
  std::uint8_t data_type, request_flag, response_flag;
  z::be16 sequence;
};
static_assert(sizeof(Header) == 5);
constexpr std::uint8_t data_3270 = 0x00, data_response = 0x02, always_respond = 0x02, negative = 0x01;

// Negotiation words of TN3270E and its one function that makes sense for a local, non-SNA terminal.
constexpr std::byte word_connect{1}, word_device_type{2}, word_functions{3}, word_is{4}, word_reason{5}, word_reject{6},
    word_request{7}, word_send{8};
constexpr std::byte function_responses{2};

constexpr std::byte type_is{0}, type_send{1};  // RFC 1091

// Classic TN3270 is open when both sides do binary and end-of-record.
constexpr std::uint8_t client_binary = 1, server_binary = 2, client_records = 4, server_records = 8, all_modes = 15;

void append(Bytes& to, const Bytes& bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

std::string text(std::span<const std::byte> bytes) {
  std::string result(bytes.size(), ' ');
  std::ranges::transform(bytes, result.begin(), [](std::byte b) { return static_cast<char>(std::toupper(std::to_integer<int>(b))); });
  return result;
}

void append_text(Bytes& to, std::string_view text) {
  for (const char c : text) to.push_back(static_cast<std::byte>(c));
}

// Displays only: a printer (IBM-3287) has no keyboard.
bool is_display(std::string_view type) {
  return type.starts_with("IBM-3277") || type.starts_with("IBM-3278") || type.starts_with("IBM-3279") || type == "IBM-DYNAMIC";
}

// Clients know the commands by their remote codes (3270 Data Stream Programmer's Reference, "Command codes").
constexpr std::uint8_t remote_code(std::uint8_t command) {
  switch (command) {
    case 0x01: return 0xF1;  // WRITE
    case 0x02: return 0xF2;  // READ BUFFER
    case 0x05: return 0xF5;  // ERASE/WRITE
    case 0x06: return 0xF6;  // READ MODIFIED
    case 0x0D: return 0x7E;  // ERASE/WRITE ALTERNATE
    case 0x0E: return 0x6E;  // READ MODIFIED ALL
    case 0x0F: return 0x6F;  // ERASE ALL UNPROTECTED
    case 0x11: return 0xF3;  // WRITE STRUCTURED FIELD
    default: return command;
  }
}

constexpr Confirmation refusal_of(std::byte reason) {
  switch (std::to_integer<int>(reason)) {
    case 0: return Confirmation::command_reject;
    case 1:
    case 3: return Confirmation::intervention_required;
    default: return Confirmation::operation_check;
  }
}

}  // namespace

Bytes Tn3270::begin() { return negotiation(Verb::do_, Option::tn3270e); }

z::Result<Tn3270::Reply> Tn3270::receive(std::span<const std::byte> stream) {
  Reply reply;
  for (const auto& event : Z_TRY(reader_.read(stream)))
    if (state_ != State::closed) std::visit([&](const auto& said) { take(said, reply); }, event);
  return reply;
}

Bytes Tn3270::record(std::uint8_t command, std::span<const std::byte> data) {
  Bytes bytes;
  Bytes head;
  if (extended_) {
    const Header header{data_3270, 0, confirms_ ? always_respond : std::uint8_t{0}, ++sequence_};
    const auto image = std::as_bytes(std::span{&header, 1});
    head.assign(image.begin(), image.end());
  }
  head.push_back(std::byte{remote_code(command)});
  append_record(bytes, head, data);
  return bytes;
}

void Tn3270::take(const Negotiation& said, Reply& reply) {
  if (said.option == static_cast<std::uint8_t>(Option::tn3270e)) {
    if (said.verb == Verb::will && state_ == State::offered) {
      state_ = State::asked;
      append(reply.bytes, subnegotiation(Option::tn3270e, std::array{word_send, word_device_type}));
    } else if (said.verb == Verb::wont && state_ <= State::functions) {
      extended_ = false;
      state_ = State::classic_type;
      append(reply.bytes, negotiation(Verb::do_, Option::terminal_type));
    }
    return;
  }
  if (state_ == State::classic_type && said.option == static_cast<std::uint8_t>(Option::terminal_type)) {
    if (said.verb == Verb::will) append(reply.bytes, subnegotiation(Option::terminal_type, std::array{type_send}));
    else close(reply, "This is a server for 3270 terminals: use c3270, x3270 or another TN3270 client.");
    return;
  }
  if (state_ == State::classic_modes) take_classic_mode(said, reply);
}

void Tn3270::take_classic_mode(const Negotiation& said, Reply& reply) {
  if (said.verb == Verb::wont || said.verb == Verb::dont) return close(reply, "The client refuses to be a 3270 terminal.");
  const bool client = said.verb == Verb::will;
  if (said.option == static_cast<std::uint8_t>(Option::binary)) modes_ |= client ? client_binary : server_binary;
  if (said.option == static_cast<std::uint8_t>(Option::end_of_record)) modes_ |= client ? client_records : server_records;
  if (modes_ == all_modes) open(reply);
}

void Tn3270::take(const Subnegotiation& said, Reply& reply) {
  const std::span parameters{said.parameters};
  if (parameters.empty()) return;
  if (said.option == static_cast<std::uint8_t>(Option::tn3270e)) {
    if (parameters.size() >= 2 && parameters[0] == word_device_type && parameters[1] == word_request && state_ == State::asked)
      take_device_type(parameters.subspan(2), reply);
    else if (parameters[0] == word_functions && state_ == State::functions) take_functions(parameters.subspan(1), reply);
  } else if (said.option == static_cast<std::uint8_t>(Option::terminal_type) && parameters[0] == type_is &&
             state_ == State::classic_type) {
    take_classic_type(text(parameters.subspan(1)), reply);
  }
}

std::expected<void, Refusal> Tn3270::admit(TerminalRequest request) {
  if (!is_display(request.type)) return std::unexpected{Refusal::invalid_device_type};
  auto name = admit_(request);
  if (!name) return std::unexpected{name.error()};
  request_ = std::move(request);
  name_ = *std::move(name);
  return {};
}

// DEVICE-TYPE REQUEST type [CONNECT name]. A refused client may ask again for another.
void Tn3270::take_device_type(std::span<const std::byte> parameters, Reply& reply) {
  const auto end_of_type = std::ranges::find_if(parameters, [](std::byte b) { return b < std::byte{' '}; });
  const auto type_length = static_cast<std::size_t>(end_of_type - parameters.begin());
  TerminalRequest request{.type = text(parameters.first(type_length)), .name = {}};
  std::expected<void, Refusal> admitted;
  if (end_of_type == parameters.end()) admitted = admit(std::move(request));
  else if (*end_of_type != word_connect) admitted = std::unexpected{Refusal::unsupported_request};
  else {
    request.name = text(parameters.subspan(type_length + 1));
    admitted = admit(std::move(request));
  }
  Bytes answer{word_device_type};
  if (admitted) {
    answer.push_back(word_is);
    append_text(answer, request_.type);
    answer.push_back(word_connect);
    append_text(answer, name_);
    extended_ = true;
    state_ = State::functions;
  } else {
    answer.insert(answer.end(), {word_reject, word_reason, std::byte(admitted.error())});
  }
  append(reply.bytes, subnegotiation(Option::tn3270e, answer));
}

// Both sides take turns to name a subset, until one says IS to what the other named.
void Tn3270::take_functions(std::span<const std::byte> parameters, Reply& reply) {
  if (parameters.empty()) return;
  const auto list = parameters.subspan(1);
  const bool responses = std::ranges::find(list, function_responses) != list.end();
  const bool only_ours = list.size() == (responses ? 1U : 0U);
  const bool agreed = only_ours || parameters[0] == word_is;
  if (parameters[0] != word_is) {
    Bytes answer{word_functions, only_ours ? word_is : word_request};
    if (responses) answer.push_back(function_responses);
    append(reply.bytes, subnegotiation(Option::tn3270e, answer));
  }
  if (!agreed) return;
  confirms_ = responses;
  open(reply);
}

// "IBM-3278-2-E@NAME"
void Tn3270::take_classic_type(std::string_view type, Reply& reply) {
  const auto at = type.find('@');
  TerminalRequest request{.type = std::string{type.substr(0, at)}, .name = {}};
  if (at != std::string_view::npos) request.name = type.substr(at + 1);
  if (const auto admitted = admit(std::move(request)); !admitted) {
    const bool no_display = admitted.error() == Refusal::invalid_device_type;
    return close(reply, no_display ? "This is a server for 3270 terminals: use c3270, x3270 or another TN3270 client."
                                   : "No such terminal is free.");
  }
  state_ = State::classic_modes;
  for (const auto option : {Option::end_of_record, Option::binary})
    for (const auto verb : {Verb::do_, Verb::will}) append(reply.bytes, negotiation(verb, option));
}

void Tn3270::take(const Record& record, Reply& reply) {
  if (state_ != State::open) return;
  if (!extended_) {
    if (!record.bytes.empty()) reply.events.emplace_back(Received{record.bytes});
    return;
  }
  if (record.bytes.size() < sizeof(Header)) return;
  const std::span body = std::span{record.bytes}.subspan(sizeof(Header));
  const auto type = std::to_integer<std::uint8_t>(record.bytes[0]);
  if (type == data_response) take_response(record.bytes, reply);
  else if (type == data_3270 && !body.empty()) reply.events.emplace_back(Received{{body.begin(), body.end()}});
}

void Tn3270::take_response(std::span<const std::byte> record, Reply& reply) {
  const bool refused = record[2] == std::byte{negative};
  const auto reason = record.size() > sizeof(Header) ? record[sizeof(Header)] : std::byte{2};
  reply.events.emplace_back(Confirmed{refused ? refusal_of(reason) : Confirmation::done});
}

void Tn3270::open(Reply& reply) {
  state_ = State::open;
  reply.events.emplace_back(Opened{});
}

void Tn3270::close(Reply& reply, std::string_view why) {
  state_ = State::closed;
  append_text(reply.bytes, why);
  append_text(reply.bytes, "\r\n");
  reply.events.emplace_back(Closed{});
}

}  // namespace terminal
