#include "lgr/memory_move.h"

#include <utility>

#include "base/assert.h"

namespace lgr {

struct MemoryMove::Draft {
  std::vector<wire::Run> runs;
  std::vector<std::span<const std::byte>> parts;
  unsigned pages = 0;
  unsigned frames = 0;
  std::uint32_t next_frame = 0;  // that would continue the last run
  enum class Kind { none, data, zero } kind = Kind::none;

  void add(z::FrameIndex frame, Kind of) {
    const auto number = static_cast<std::uint32_t>(frame.value);
    if (kind == of && number == next_frame)
      runs.back().count = runs.back().count + 1;
    else
      runs.push_back({number, 1 | (of == Kind::zero ? wire::Run::zero_flag : 0)});
    next_frame = number + 1;
    kind = of;
    ++frames;
  }
};

MemoryMove::MemoryMove(std::span<const std::byte> storage, Window window)
    : storage_(storage), window_(window), digest_(storage.size() / z::page_size) {}

void MemoryMove::begin_pass(unsigned pass, std::vector<z::FrameIndex> frames, z::Nanoseconds now) {
  Z_ASSERT(is_issued());
  frames_ = std::move(frames);
  cursor_ = 0;
  end_issued_ = false;
  Open open;
  open.report.pass = pass;
  open.report.frames = {frames_.size()};
  open.begun = now;
  open_.push_back(open);
}

bool MemoryMove::can_send() const { return !end_issued_ && bursts_sent_ - bursts_stored_ < window_.bursts; }

cp::api::OutgoingMessage MemoryMove::next(const wire::Sender& sender, z::Nanoseconds) {
  Z_ASSERT(can_send());
  return cursor_ == frames_.size() ? pass_end(sender) : burst(sender);
}

cp::api::OutgoingMessage MemoryMove::burst(const wire::Sender& sender) {
  Draft draft;
  draft.runs.reserve(window_.pages_per_burst);
  draft.parts.reserve(window_.pages_per_burst);
  Open& open = open_.back();
  while (cursor_ < frames_.size() && draft.pages < window_.pages_per_burst && draft.frames < window_.frames_per_burst) {
    const z::FrameIndex frame = frames_[cursor_++];
    const auto bytes = page(frame);
    if (is_zero(bytes))
      add_zero(draft, frame);
    else
      add_data(draft, frame, bytes);
  }
  open.report.zero += {draft.frames - draft.pages};
  frames_sent_ += draft.frames;
  ++open.bursts;
  ++bursts_sent_;

  wire::Burst body;
  body.pass = open.report.pass;
  body.runs = static_cast<std::uint32_t>(draft.runs.size());
  const std::size_t parts_length = draft.pages * z::page_size;
  auto head =
      wire::encode(wire::Type::burst, sender, wire::bytes_of(body), std::as_bytes(std::span{draft.runs}), parts_length);
  open.report.bytes += {head.size() + parts_length};
  return {std::move(head), std::move(draft.parts), {}};
}

cp::api::OutgoingMessage MemoryMove::pass_end(const wire::Sender& sender) {
  const Open& open = open_.back();
  wire::PassCount count{};
  count.pass = open.report.pass;
  count.bursts = open.bursts;
  count.frames = open.report.frames.value;
  count.zero = open.report.zero.value;
  end_issued_ = true;
  return {wire::encode(wire::Type::pass_end, sender, wire::bytes_of(count)), {}, {}};
}

void MemoryMove::add_zero(Draft& draft, z::FrameIndex frame) {
  digest_.set_zero(frame);
  draft.add(frame, Draft::Kind::zero);
}

void MemoryMove::add_data(Draft& draft, z::FrameIndex frame, std::span<const std::byte, z::page_size> bytes) {
  const bool continues = draft.kind == Draft::Kind::data && draft.next_frame == frame.value;
  draft.add(frame, Draft::Kind::data);
  ++draft.pages;
  // The transport may copy the page later than this checksum is taken. If the guest writes it in between, it is dirty,
  // is sent again, and gets another checksum; the last time the guest stands still.
  digest_.set(frame, page_checksum(bytes));
  if (continues)
    draft.parts.back() = {draft.parts.back().data(), draft.parts.back().size() + bytes.size()};
  else
    draft.parts.push_back(bytes);
}

std::span<const std::byte, z::page_size> MemoryMove::page(z::FrameIndex frame) const {
  Z_ASSERT(frame.value < storage_.size() / z::page_size);
  return storage_.subspan(frame.value * z::page_size).first<z::page_size>();
}

z::Result<> MemoryMove::progress(const wire::Progress& progress) {
  if (progress.bursts < bursts_stored_ || progress.bursts > bursts_sent_)
    return z::failure("destination says it stored {} bursts of {}", std::uint64_t{progress.bursts}, bursts_sent_);
  bursts_stored_ = progress.bursts;
  return {};
}

z::Result<PassReport> MemoryMove::pass_complete(const wire::PassCount& count, z::Nanoseconds now) {
  if (open_.empty() || (open_.size() == 1 && !end_issued_))
    return z::failure("destination ended a pass that is not complete");
  const Open open = open_.front();
  if (count.pass != open.report.pass || count.bursts != open.bursts || count.frames != open.report.frames.value ||
      count.zero != open.report.zero.value)
    return z::failure("counts of pass {} do not match: {} frames sent, {} stored", open.report.pass,
                      open.report.frames.value, std::uint64_t{count.frames});
  open_.pop_front();
  PassReport report = open.report;
  report.time = now - open.begun;
  return report;
}

}  // namespace lgr
