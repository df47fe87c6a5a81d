#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <boost/interprocess/mapped_region.hpp>
#include <cerrno>
#include <deque>

#include "base/mutex.h"
#include "ctc/ring.h"
#include "ctc/session.h"

namespace ctc {
namespace {

namespace interprocess = boost::interprocess;

// What Boost maps: a descriptor that came over the socket instead of a name.
class SessionMemory {
 public:
  explicit SessionMemory(const z::Fd& memory) : fd_(memory.get()) {}
  interprocess::mapping_handle_t get_mapping_handle() const {
    return interprocess::ipcdetail::mapping_handle_from_file_handle(fd_);
  }

 private:
  int fd_;
};

// Two rings in shared memory, one a direction. The Unix-domain socket of the rendezvous carries a byte when the other
// end sleeps and must look at its rings, and its end of file when the other process is gone.
class SharedMemorySession final : public Session {
 public:
  SharedMemorySession(z::Fd socket, interprocess::mapped_region memory, SessionEnd end)
      : socket_(std::move(socket)),
        memory_(std::move(memory)),
        incoming_(ring_memory(end == SessionEnd::listening ? 1 : 0)),
        outgoing_(ring_memory(end == SessionEnd::listening ? 0 : 1)) {}

  void send(Message message) override {
    const z::Lock lock{mutex_};
    waiting_.push_back(std::move(message));
    flush();
  }

  void run(LinkEnd& end, const StopSignal& stop) override {
    auto peer_lives = true;
    while (true) {
      if (!deliver(end)) return;
      {
        const z::Lock lock{mutex_};
        flush();
      }
      if (!incoming_.prepare_to_wait_for_data()) continue;
      if (!peer_lives) return;
      if (wait_for(socket_, POLLIN, stop) == 0) return;
      peer_lives = answer_doorbell();
    }
  }

 private:
  std::span<std::byte> ring_memory(std::size_t index) {
    return {static_cast<std::byte*>(memory_.get_address()) + index * Ring::size, Ring::size};
  }

  // False: the other end broke the rules, and no record of it can be trusted.
  bool deliver(LinkEnd& end) {
    while (true) {
      auto message = incoming_.read();
      if (!message) return false;
      if (!*message) return true;
      if (incoming_.freed_room() == Ring::Wake::yes) ring_doorbell();
      end.received(std::move(**message));
    }
  }

  void flush() Z_REQUIRES(mutex_) {
    while (!waiting_.empty()) {
      const auto wake = outgoing_.write(waiting_.front());
      if (wake) {
        waiting_.pop_front();
        if (*wake == Ring::Wake::yes) ring_doorbell();
      } else if (outgoing_.prepare_to_wait_for_room(waiting_.front().data.size())) {
        return;  // the reader's doorbell brings the link's thread here again
      }
    }
  }

  // A full socket has bytes the other end has still to look at: one more would tell it nothing.
  void ring_doorbell() const {
    const char ring = 1;
    ::send(socket_.get(), &ring, sizeof ring, MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  bool answer_doorbell() const {
    std::array<char, 256> rings;
    const auto got = ::recv(socket_.get(), rings.data(), rings.size(), MSG_DONTWAIT);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
  }

  z::Fd socket_;
  interprocess::mapped_region memory_;
  Ring incoming_;  // the link's thread only
  z::Mutex mutex_;
  Ring outgoing_ Z_GUARDED_BY(mutex_);
  std::deque<Message> waiting_ Z_GUARDED_BY(mutex_);  // no room in the ring yet
};

}  // namespace

z::Result<z::Fd> make_session_memory() {
  z::Fd memory{::memfd_create("endicott-ctc", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (!memory) return z::failure(z::Error::host(errno, "memfd_create"));
  if (::ftruncate(memory.get(), 2 * Ring::size) != 0) return z::failure(z::Error::host(errno, "size shared memory"));
  // Nobody can cut it short under the other end.
  ::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  return memory;
}

z::Result<std::unique_ptr<Session>> make_shared_memory_session(z::Fd socket, const z::Fd& memory, SessionEnd end) {
  struct stat status{};
  if (!memory || ::fstat(memory.get(), &status) != 0 || status.st_size != static_cast<off_t>(2 * Ring::size))
    return z::failure("the other end gave no shared memory of {} bytes", 2 * Ring::size);
  try {
    interprocess::mapped_region region{SessionMemory{memory}, interprocess::read_write, 0, 2 * Ring::size};
    return std::make_unique<SharedMemorySession>(std::move(socket), std::move(region), end);
  } catch (const interprocess::interprocess_exception& error) {
    return z::failure("map shared memory: {}", error.what());
  }
}

}  // namespace ctc
