#include "lgr/memory_image.h"

namespace lgr {
namespace {

constexpr unsigned max_pass = 255;

std::uint64_t count_of(const wire::Run& run) { return run.count & ~wire::Run::zero_flag; }
bool is_zero_run(const wire::Run& run) { return (run.count & wire::Run::zero_flag) != 0; }

std::vector<wire::Run> copy_runs(std::span<const std::byte> bytes) {
  std::vector<wire::Run> runs(bytes.size() / sizeof(wire::Run));
  std::memcpy(runs.data(), bytes.data(), runs.size() * sizeof(wire::Run));
  return runs;
}

}  // namespace

MemoryImage::MemoryImage(cp::api::SkeletonPort& skeleton)
    : skeleton_(skeleton), frames_of_guest_(skeleton.storage_size().value), digest_(frames_of_guest_) {}

z::Result<> MemoryImage::store(std::span<const std::byte> burst_body) {
  const auto [burst, tail] = Z_TRY(wire::split<wire::Burst>(burst_body));
  if (burst.pass == 0 || burst.pass > max_pass || burst.pass < pass_.pass)
    return z::failure("burst of pass {} after pass {}", std::uint32_t{burst.pass}, std::uint32_t{pass_.pass});
  if (burst.runs > tail.size() / sizeof(wire::Run))
    return z::failure("burst too short for {} runs", std::uint32_t{burst.runs});
  const auto runs = copy_runs(tail.first(burst.runs * sizeof(wire::Run)));
  auto data = tail.subspan(burst.runs * sizeof(wire::Run));
  Z_CHECK(check_runs(runs, data.size()));

  if (burst.pass != pass_.pass) {
    pass_ = {};
    pass_.pass = burst.pass;
  }
  for (const wire::Run& run : runs) {
    const z::FrameIndex first{run.first};
    const std::uint64_t count = count_of(run);
    frames_ += count;
    pass_.frames = pass_.frames + count;
    if (is_zero_run(run)) {
      pass_.zero = pass_.zero + count;
      store_zeros(first, count);
    } else {
      store_data(first, data.first(count * z::page_size));
      data = data.subspan(count * z::page_size);
    }
  }
  ++bursts_;
  pass_.bursts = pass_.bursts + 1;
  return {};
}

z::Result<> MemoryImage::check_runs(std::span<const wire::Run> runs, std::size_t data_length) const {
  std::uint64_t data_pages = 0;
  for (const wire::Run& run : runs) {
    const std::uint64_t count = count_of(run);
    if (count == 0 || run.first + count > frames_of_guest_)
      return z::failure("burst names {} frames from {}, the guest has {}", count, std::uint32_t{run.first},
                        frames_of_guest_);
    if (!is_zero_run(run)) data_pages += count;
  }
  if (data_pages * z::page_size != data_length)
    return z::failure("burst of {} pages carries {} bytes", data_pages, data_length);
  return {};
}

void MemoryImage::store_data(z::FrameIndex first, std::span<const std::byte> pages) {
  constexpr std::uint64_t at_once = 16;  // what was checked is in the first cache when it is copied
  const auto count = pages.size() / z::page_size;
  for (std::uint64_t i = 0; i < count; ++i) {
    digest_.set(z::FrameIndex{first.value + i}, page_checksum(pages.subspan(i * z::page_size).first<z::page_size>()));
    if ((i + 1) % at_once != 0 && i + 1 != count) continue;
    const auto begun = i / at_once * at_once;
    skeleton_.write_pages(z::FrameIndex{first.value + begun}, pages.subspan(begun * z::page_size, (i + 1 - begun) * z::page_size));
  }
}

void MemoryImage::store_zeros(z::FrameIndex first, std::uint64_t count) {
  skeleton_.clear_pages(first, {count});
  for (std::uint64_t i = 0; i < count; ++i) digest_.set_zero(z::FrameIndex{first.value + i});
}

z::Result<> MemoryImage::end_pass(const wire::PassCount& count) {
  if (count.pass == pass_.pass) {
    if (std::memcmp(&count, &pass_, sizeof count) != 0)
      return z::failure("counts of pass {} do not match: {} frames sent, {} stored", std::uint32_t{count.pass},
                        std::uint64_t{count.frames}, std::uint64_t{pass_.frames});
    skeleton_.clear_rest();  // now, while the guest still runs at the source
    return {};
  }
  // A pass without frames has no burst to announce it.
  if (count.pass < pass_.pass || count.pass > max_pass || count.bursts != 0 || count.frames != 0)
    return z::failure("pass {} ends after pass {}", std::uint32_t{count.pass}, std::uint32_t{pass_.pass});
  pass_ = {};
  pass_.pass = count.pass;
  return {};
}

z::Result<> MemoryImage::verify(const wire::Complete& complete) const {
  if (complete.frames != frames_ || complete.bursts != bursts_)
    return z::failure("counts do not match: {} frames sent, {} stored", std::uint64_t{complete.frames}, frames_);
  if (complete.digest != digest_.value())
    return z::failure("storage differs: digest {:016X} at the source, {:016X} here", std::uint64_t{complete.digest},
                      digest_.value());
  return {};
}

}  // namespace lgr
