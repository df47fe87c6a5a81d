#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <boost/interprocess/mapped_region.hpp>
#include <cerrno>
#include <cstring>
#include <deque>

#include "base/mutex.h"
#include "ctc/ring.h"
#include "ctc/session.h"
#include "ctc/slots.h"

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

// What travels in one direction.
struct Direction {
  alignas(4096) std::array<std::byte, Ring::size> ring;
  SlotMemory slots;
};
constexpr std::size_t memory_size = 2 * sizeof(Direction);

// What lives until the last buffer in shared memory is given back.
struct Shared {
  z::Fd socket;
  interprocess::mapped_region memory;

  Direction& direction(std::size_t index) const { return static_cast<Direction*>(memory.get_address())[index]; }
  // A full socket has bytes the other end has still to look at: one more would tell it nothing.
  void ring_doorbell() const {
    const char ring = 1;
    ::send(socket.get(), &ring, sizeof ring, MSG_DONTWAIT | MSG_NOSIGNAL);
  }
};

// A ring of messages and slots for their data in shared memory, for each direction. The Unix-domain socket of the rendezvous
// carries a byte when the other end sleeps and must look at its rings, and its end of file when the other process is gone.
class SharedMemorySession final : public Session {
 public:
  SharedMemorySession(std::shared_ptr<const Shared> shared, Direction& incoming, Direction& outgoing)
      : shared_(shared),
        incoming_(incoming.ring),
        incoming_slots_(std::make_shared<Slots>(incoming.slots, shared, [shared, ring = Ring{incoming.ring}]() mutable {
          if (ring.freed_room() == Ring::Wake::yes) shared->ring_doorbell();
        })),
        outgoing_slots_(std::make_shared<Slots>(outgoing.slots, shared, [] {})),
        outgoing_(outgoing.ring) {}

  Buffer buffer(std::size_t size) override {
    if (size > Ring::most_data)
      if (auto taken = outgoing_slots_->take(size)) return std::move(*taken);
    return Buffer{size};
  }

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
      if (wait_for(shared_->socket, POLLIN, stop) == 0) return;
      peer_lives = answer_doorbell();
    }
  }

 private:
  // False: the other end broke the rules, and no record of it can be trusted.
  bool deliver(LinkEnd& end) {
    while (true) {
      const auto message = incoming_.read();
      if (!message) return false;
      if (!*message) return true;
      auto data = take_data(**message);
      if (!data) return false;
      const auto header = (*message)->header;
      incoming_.done();
      if (incoming_.freed_room() == Ring::Wake::yes) shared_->ring_doorbell();
      end.received({header, std::move(*data)});
    }
  }
  std::optional<Buffer> take_data(const RingMessage& message) const {
    if (message.slot) return incoming_slots_->received(*message.slot, message.header.size);
    return Buffer::copy_of(message.data);
  }

  // Room is made by the other end alone: all our slots that are taken are on their way to it or with it, but for the one of a
  // WRITE that waits to be read, and while that waits no other data of this side travel.
  void flush() Z_REQUIRES(mutex_) {
    while (!waiting_.empty()) {
      auto& message = waiting_.front();
      const auto wake = put(message);
      if (wake) {
        waiting_.pop_front();
        if (*wake == Ring::Wake::yes) shared_->ring_doorbell();
        continue;
      }
      outgoing_.say_writer_sleeps();
      if (!has_room_for(message)) return;  // the reader's doorbell brings the link's thread here again
    }
  }
  bool has_room_for(const Message& message) Z_REQUIRES(mutex_) {
    if (message.data.size() <= Ring::most_data) return outgoing_.has_room(message.data.size());
    return outgoing_.has_room(0) && (outgoing_slots_->slot_of(message.data) || outgoing_slots_->has_free());
  }
  std::optional<Ring::Wake> put(Message& message) Z_REQUIRES(mutex_) {
    message.header.size = static_cast<std::uint32_t>(message.data.size());
    if (message.data.size() <= Ring::most_data)
      return outgoing_.write({.header = message.header, .data = message.data.bytes()});
    if (!outgoing_slots_->slot_of(message.data)) {
      auto slot = outgoing_slots_->take(message.data.size());
      if (!slot) return std::nullopt;
      std::memcpy(slot->bytes().data(), message.data.bytes().data(), message.data.size());
      message.data = std::move(*slot);
    }
    const auto wake = outgoing_.write({.header = message.header, .slot = outgoing_slots_->slot_of(message.data)});
    if (wake) message.data.forget();  // the reader's now
    return wake;
  }

  bool answer_doorbell() const {
    std::array<char, 256> rings;
    const auto got = ::recv(shared_->socket.get(), rings.data(), rings.size(), MSG_DONTWAIT);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
  }

  const std::shared_ptr<const Shared> shared_;
  Ring incoming_;  // the link's thread only
  const std::shared_ptr<Slots> incoming_slots_;
  const std::shared_ptr<Slots> outgoing_slots_;
  z::Mutex mutex_;
  Ring outgoing_ Z_GUARDED_BY(mutex_);
  std::deque<Message> waiting_ Z_GUARDED_BY(mutex_);  // no room yet
};

}  // namespace

z::Result<z::Fd> make_session_memory() {
  z::Fd memory{::memfd_create("endicott-ctc", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (!memory) return z::failure(z::Error::host(errno, "memfd_create"));
  if (::ftruncate(memory.get(), memory_size) != 0) return z::failure(z::Error::host(errno, "size shared memory"));
  // Nobody can cut it short under the other end.
  ::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  return memory;
}

z::Result<std::unique_ptr<Session>> make_shared_memory_session(z::Fd socket, const z::Fd& memory, SessionEnd end) {
  struct stat status{};
  if (!memory || ::fstat(memory.get(), &status) != 0 || status.st_size != static_cast<off_t>(memory_size))
    return z::failure("the other end gave no shared memory of {} bytes", memory_size);
  try {
    interprocess::mapped_region region{SessionMemory{memory}, interprocess::read_write, 0, memory_size};
    const auto shared = std::make_shared<const Shared>(std::move(socket), std::move(region));
    const std::size_t outgoing = end == SessionEnd::listening ? 0 : 1;
    return std::make_unique<SharedMemorySession>(shared, shared->direction(1 - outgoing), shared->direction(outgoing));
  } catch (const interprocess::interprocess_exception& error) {
    return z::failure("map shared memory: {}", error.what());
  }
}

}  // namespace ctc
