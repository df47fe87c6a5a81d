#include "lpar/sclp_events.h"

#include <algorithm>

#include "base/bytes.h"
#include "lpar/sclp_text.h"

namespace lpar::sclp {
namespace {

// Types are numbered from 1.
constexpr std::uint64_t bit_of(EventType type) {
  const auto number = static_cast<unsigned>(type);
  return number == 0 || number > 64 ? 0 : 1ULL << (64 - number);
}

// What the machine sends and takes, and what of it belongs to the consoles.
constexpr std::uint64_t sends = bit_of(EventType::operator_command) | bit_of(EventType::priority_operator_command) |
                                bit_of(EventType::terminal) | bit_of(EventType::quiesce);
constexpr std::uint64_t takes = bit_of(EventType::message) | bit_of(EventType::program_identification) | bit_of(EventType::terminal);
constexpr std::uint64_t of_lines = bit_of(EventType::operator_command) | bit_of(EventType::priority_operator_command) |
                                   bit_of(EventType::message);
constexpr std::uint64_t of_terminal = bit_of(EventType::terminal);

constexpr std::uint64_t offered_with(Console console) {
  switch (console) {
    case Console::none: return ~(of_lines | of_terminal);
    case Console::lines: return ~of_terminal;
    case Console::terminal: return ~of_lines;
    default: return ~0ULL;
  }
}

constexpr std::size_t first_event = sizeof(SccbHeader);
constexpr std::byte terminal_data{0};

std::uint64_t load_mask(std::span<const std::byte> from) {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < 8 && i < from.size(); ++i) mask |= std::to_integer<std::uint64_t>(from[i]) << (56 - 8 * i);
  return mask;
}
void store_mask(std::uint64_t mask, std::span<std::byte> to) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = i < 8 ? std::byte(mask >> (56 - 8 * i)) : std::byte{0};
}

}  // namespace

bool Events::wants(EventType type) const { return (receive_mask_ & bit_of(type)) != 0; }

// Mask length, then four masks: what the guest receives and sends, and what the machine does.
Response Events::write_mask(std::span<std::byte> sccb) {
  constexpr std::size_t length_at = first_event + 2, masks_at = first_event + 4;
  if (sccb.size() < masks_at) return Response::insufficient_length;
  const std::size_t length = z::be16::load(sccb.data() + length_at);
  if (length == 0) return Response::invalid_mask_length;
  if (sccb.size() < masks_at + 4 * length) return Response::insufficient_length;
  const auto mask = [&](unsigned n) { return sccb.subspan(masks_at + n * length, length); };
  const auto offered = offered_with(console_);
  store_mask(takes & offered, mask(2));
  store_mask(sends & offered, mask(3));
  const z::Lock lock{lock_};
  receive_mask_ = load_mask(mask(0));
  return Response::normal;
}

Response Events::write(std::span<std::byte> sccb) {
  auto result = Response::normal;
  for (auto rest = sccb.subspan(first_event); !rest.empty();) {
    EventHeader header;
    if (rest.size() < sizeof header) return Response::inconsistent_lengths;
    std::memcpy(&header, rest.data(), sizeof header);
    if (header.length < sizeof header || header.length > rest.size()) return Response::inconsistent_lengths;
    const auto body = rest.first(header.length).subspan(sizeof header);
    const auto answer = accept(EventType{header.type}, body);
    if (answer == Response::normal) rest[offsetof(EventHeader, flags)] |= std::byte{EventHeader::accepted};
    else result = answer;
    rest = rest.subspan(header.length);
  }
  return result;
}

Response Events::accept(EventType type, std::span<const std::byte> body) {
  if ((bit_of(type) & offered_with(console_)) == 0) return Response::event_syntax;
  switch (type) {
    case EventType::message: {
      std::string text;
      for (const auto& line : lines_of_message(body)) text += line + '\n';
      say(Written::lines, text);
      return Response::normal;
    }
    case EventType::terminal: {
      std::string text;
      for (const auto c : body) text += static_cast<char>(c);
      say(Written::terminal, text);
      return Response::normal;
    }
    case EventType::program_identification: return Response::normal;
    default: return Response::event_syntax;
  }
}

void Events::say(Written where, std::string_view text) {
  {
    const z::Lock lock{lock_};
    written_ = where;
  }
  sinks_.output(text);
}

// As many events as fit, in their order.
Response Events::read(std::vector<std::byte>& sccb) {
  std::size_t used = first_event;
  const z::Lock lock{lock_};
  for (auto event = queue_.begin(); event != queue_.end();) {
    if (!wants(event->type)) {
      ++event;
      continue;
    }
    const auto length = sizeof(EventHeader) + event->body.size();
    if (used + length > sccb.size()) break;
    const EventHeader header{static_cast<std::uint16_t>(length), static_cast<std::uint8_t>(event->type), 0, 0};
    std::memcpy(sccb.data() + used, &header, sizeof header);
    std::ranges::copy(event->body, sccb.begin() + static_cast<std::ptrdiff_t>(used + sizeof header));
    used += length;
    event = queue_.erase(event);
  }
  if (used == first_event) return Response::no_events;
  sccb.resize(used);
  return Response::normal;
}

bool Events::is_pending() const {
  const z::Lock lock{lock_};
  return std::ranges::any_of(queue_, [this](const Event& event) Z_REQUIRES(lock_) { return wants(event.type); });
}

void Events::add(Event event) {
  {
    const z::Lock lock{lock_};
    queue_.push_back(std::move(event));
    if (!wants(queue_.back().type)) return;
  }
  sinks_.pending();
}

void Events::input_line(std::string_view line) {
  if (is_terminal()) return input_bytes(std::string{line} + '\r');
  add({EventType::operator_command, operator_command(line)});
}

void Events::input_bytes(std::string_view bytes) {
  std::vector<std::byte> body{terminal_data};
  for (const char c : bytes) body.push_back(static_cast<std::byte>(c));
  add({EventType::terminal, std::move(body)});
}

bool Events::signal_quiesce() {
  {
    const z::Lock lock{lock_};
    if (!wants(EventType::quiesce)) return false;
  }
  add({EventType::quiesce, std::vector<std::byte>(3)});
  return true;
}

bool Events::has_written() const {
  const z::Lock lock{lock_};
  return written_ != Written::nothing;
}

bool Events::is_terminal() const {
  const z::Lock lock{lock_};
  return written_ == Written::terminal;
}

std::vector<std::byte> Events::save() const {
  const z::Lock lock{lock_};
  z::ByteWriter writer;
  writer.be64(receive_mask_);
  writer.u8(static_cast<std::uint8_t>(written_));
  writer.be32(static_cast<std::uint32_t>(queue_.size()));
  for (const auto& event : queue_) {
    writer.u8(static_cast<std::uint8_t>(event.type));
    writer.block(event.body);
  }
  return std::move(writer).bytes();
}

z::Result<> Events::restore(std::span<const std::byte> state) {
  z::ByteReader reader{state};
  const auto mask = Z_TRY(reader.be64());
  const auto written = Z_TRY(reader.u8());
  if (written > static_cast<std::uint8_t>(Written::terminal)) return z::failure("state of SCLP: console {} is not known", written);
  const auto count = Z_TRY(reader.be32());
  std::deque<Event> queue;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto type = EventType{Z_TRY(reader.u8())};
    const auto body = Z_TRY(reader.block());
    queue.push_back({type, {body.begin(), body.end()}});
  }
  const z::Lock lock{lock_};
  receive_mask_ = mask;
  written_ = Written{written};
  queue_ = std::move(queue);
  return {};
}

void Events::reset() {
  const z::Lock lock{lock_};
  receive_mask_ = 0;
  queue_.clear();
  written_ = Written::nothing;
}

}  // namespace lpar::sclp
