#include "channel/trace/writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>

namespace channel {
namespace {

// So long the writer collects after the first event: it is woken a hundred times a second, not once an event.
constexpr auto collecting = std::chrono::milliseconds{10};
constexpr int patience_ms = 100;  // with a reader that does not read, between looks at whether the trace ends

std::string record_of(const TraceEvent& event, TraceRequest::Format format, std::string_view machine, z::Nanoseconds epoch) {
  if (format == TraceRequest::Format::json) return event_json(event, machine, epoch) + "\n";
  return machine.empty() ? event_text(event) + "\n" : fmt::format("{} {}\n", machine, event_text(event));
}

// A reader that went away is an error of write(), not a signal that ends the process.
void ignore_broken_pipes() {
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
}

}  // namespace

z::Result<std::shared_ptr<TraceWriter>> TraceWriter::open(const TraceRequest& request, const z::Clock& clock,
                                                          std::function<void(const z::Error&)> failed) {
  z::Fd file{::open(request.file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0644)};
  if (!file) return z::failure(z::Error::host(errno, "trace to " + request.file));
  return std::shared_ptr<TraceWriter>{new TraceWriter{std::move(file), request, clock, std::move(failed)}};
}

TraceWriter::TraceWriter(z::Fd file, const TraceRequest& request, const z::Clock& clock,
                         std::function<void(const z::Error&)> failed)
    : file_(std::move(file)),
      format_(request.format),
      epoch_(clock.utc() - clock.now()),
      tell_failure_(std::move(failed)),
      thread_([this] { run(); }) {}

TraceWriter::~TraceWriter() {
  z::Lock lock{lock_};
  ending_ = true;
  more_.notify_one();
}

std::uint16_t TraceWriter::add_source(std::string machine) {
  z::Lock lock{lock_};
  sources_.push_back(std::move(machine));
  return static_cast<std::uint16_t>(sources_.size() - 1);
}

void TraceWriter::add(const TraceEvent& event) {
  if (has_failed()) return;
  z::Lock lock{lock_};
  if (queue_.size() >= capacity) {
    ++lost_;
    return;
  }
  queue_.push_back(event);
  if (queue_.size() == 1 || queue_.size() == capacity / 2) more_.notify_one();
}

void TraceWriter::run() {
  ignore_broken_pipes();
  bool goes_on = format_ != TraceRequest::Format::pcapng || write(PcapngEncoder::file_header());
  std::vector<TraceEvent> events;
  while (goes_on) {
    std::uint64_t lost = 0;
    bool ends = false;
    events.clear();
    {
      z::Lock lock{lock_};
      while (queue_.empty() && !ending_) more_.wait(lock_);
      const auto deadline = std::chrono::steady_clock::now() + collecting;
      more_.wait_until(lock_, deadline, [&]() Z_NO_THREAD_SAFETY_ANALYSIS { return ending_ || queue_.size() >= capacity / 2; });
      std::swap(events, queue_);
      lost = std::exchange(lost_, 0);
      ends = ending_;
    }
    goes_on = write(formed(events)) && (lost == 0 || write(lost_notice(lost))) && !ends;
  }
}

std::string TraceWriter::formed(const std::vector<TraceEvent>& events) {
  std::vector<std::string> sources;
  {
    z::Lock lock{lock_};
    sources = sources_;
  }
  std::string text;
  const bool is_pcapng = format_ == TraceRequest::Format::pcapng;
  for (; is_pcapng && sources_written_ < sources.size(); ++sources_written_)
    text += PcapngEncoder::interface(sources[sources_written_]);
  for (const auto& event : events)
    text += is_pcapng ? pcapng_.frames(event, epoch_) : record_of(event, format_, sources[event.source], epoch_);
  return text;
}

std::string TraceWriter::lost_notice(std::uint64_t lost) {
  switch (format_) {
    case TraceRequest::Format::text: return fmt::format("{} events lost here: the file could not be written fast enough\n", lost);
    case TraceRequest::Format::json: return fmt::format("{{\"event\":\"lost\",\"lost_events\":{}}}\n", lost);
    case TraceRequest::Format::pcapng: return PcapngEncoder::comment_only(fmt::format("{} events lost here", lost), {});
  }
  return "";
}

bool TraceWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) {
      const auto error = z::Error::host(errno, "writing the trace");
      failed_ = true;
      if (tell_failure_) tell_failure_(error);
      return false;
    }
    pollfd reader{file_.get(), POLLOUT, 0};
    if (::poll(&reader, 1, patience_ms) == 0 && is_ending()) return false;
  }
  return true;
}

}  // namespace channel
