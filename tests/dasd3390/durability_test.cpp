// A writer is killed at 1,000 random points: no acknowledged record is lost, and every track can be read.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <random>

#include "scripted_channel.h"

namespace dasd3390::test {
namespace {

constexpr unsigned updated_tracks = 4, records = 6, length = 6000;
constexpr At formatted_track{2, 0};

// What writer and judge share. A record is acknowledged when its channel program ended.
struct Book {
  struct Entry {
    std::atomic<std::uint32_t> begun{0}, acknowledged{0};  // versions
  };
  std::array<std::array<Entry, records + 1>, updated_tracks> updated;
  std::array<Entry, records + 1> formatted;
  std::atomic<std::uint32_t> commands{0};
};

class SharedBook {
 public:
  SharedBook()
      : memory_(::mmap(nullptr, sizeof(Book), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)),
        book_(new (memory_) Book) {}
  ~SharedBook() { ::munmap(memory_, sizeof(Book)); }
  SharedBook(const SharedBook&) = delete;
  SharedBook& operator=(const SharedBook&) = delete;
  Book* operator->() const { return book_; }
  Book& operator*() const { return *book_; }

 private:
  void* memory_;
  Book* book_;
};

Bytes pattern(std::uint32_t version) {
  Bytes result(length);
  std::mt19937 random{version};
  for (auto& byte : result) byte = static_cast<std::uint8_t>(random() >> 3);
  return result;
}

void update(Dasd3390& device, Book::Entry& entry, unsigned track, std::uint8_t record, std::uint32_t version) {
  entry.begun = version;
  const At at{1, track};
  const auto outcome = run(device, {define_extent(updating, at, at), locate(0x01, 1, at, record), {0x85, pattern(version)}});
  if (outcome.status == good) entry.acknowledged = version;
}

// Writes the record anew and erases those behind it.
void format(Dasd3390& device, std::array<Book::Entry, records + 1>& entries, std::uint8_t record, std::uint32_t version) {
  for (std::size_t later = record; later < entries.size(); ++later) entries[later].begun = entries[later].acknowledged = 0;
  entries[record].begun = version;
  const auto before = static_cast<std::uint8_t>(record - 1);
  const auto outcome = run(device, {define_extent(formatting, formatted_track, formatted_track),
                                    locate(0x03, 1, formatted_track, before),
                                    {0x1D, count_field(2, 0, record, 0, length) + pattern(version)}});
  if (outcome.status == good) entries[record].acknowledged = version;
}

[[noreturn]] void write_until_killed(const std::filesystem::path& path, Book& book, std::uint32_t seed) {
  auto volume = Volume::open(path, Access::write).value();
  const auto device = Dasd3390::attach(volume, volume->whole(), Dasd3390::Writing::allowed).value();
  std::mt19937 random{seed};
  for (std::uint32_t version = seed * 1000;; ++version) {
    const auto record = static_cast<std::uint8_t>(random() % records + 1);
    if (random() % 3 == 0) {
      std::uint8_t next = 1;
      while (next < record && book.formatted[next].acknowledged != 0) ++next;
      format(*device, book.formatted, next, version);
    } else {
      const auto track = static_cast<unsigned>(random() % updated_tracks);
      update(*device, book.updated[track][record], track, record, version);
    }
    ++book.commands;
  }
}

void expect_acknowledged(const Track& track, std::size_t record, const Book::Entry& entry) {
  if (entry.acknowledged == 0 || entry.begun != entry.acknowledged) return;
  ASSERT_GT(track.record_count(), record);
  ASSERT_EQ(octets(track.data(record)), pattern(entry.acknowledged));
}

void judge(const std::filesystem::path& path, const Book& book) {
  const auto volume = Volume::open(path, Access::write);
  ASSERT_TRUE(volume) << volume.error().text();
  for (TrackNumber track{0}; track.value < 45; track = following(track)) {
    const auto found = (*volume)->read_track(track);
    ASSERT_TRUE(found) << track.value << ": " << found.error().text();
  }
  for (unsigned head = 0; head < updated_tracks; ++head) {
    const auto track = (*volume)->read_track(TrackAddress{1, head}.number()).value();
    ASSERT_EQ(track.record_count(), records + 1u);
    for (std::size_t record = 1; record <= records; ++record) expect_acknowledged(track, record, book.updated[head][record]);
  }
  const auto track = (*volume)->read_track(TrackAddress{2, 0}.number()).value();
  for (std::size_t record = 1; record <= records; ++record) expect_acknowledged(track, record, book.formatted[record]);
}

class Killed : public ::testing::TestWithParam<ImageFormat> {};
INSTANTIATE_TEST_SUITE_P(Images, Killed, ::testing::Values(ImageFormat::plain, ImageFormat::compressed));

TEST_P(Killed, AtAnyPointAWriterLosesNothingAcknowledged) {
  constexpr std::uint32_t kills = 500;
  const TemporaryFile file;
  ASSERT_TRUE(create_volume(file.path(), {.geometry = {3}, .volser = "KILL01", .format = GetParam()}));
  {
    auto editor = Editor::open(Volume::open(file.path(), Access::write).value()).value();
    for (unsigned head = 0; head < updated_tracks; ++head) {
      std::vector<NewRecord> list;
      for (std::uint8_t n = 1; n <= records; ++n) list.push_back({n, 0, length});
      ASSERT_TRUE(editor.format_track({1, head}, list));
    }
  }
  const SharedBook book;
  std::mt19937 random{1};
  for (std::uint32_t kill = 1; kill <= kills; ++kill) {
    const auto until = book->commands + random() % 6;
    const auto delay = random() % 20000;
    const auto writer = ::fork();
    if (writer == 0) write_until_killed(file.path(), *book, kill);
    while (book->commands < until) ::sched_yield();
    for (std::atomic<unsigned> turns{0}; turns < delay; ++turns) {
    }
    ::kill(writer, SIGKILL);
    ::waitpid(writer, nullptr, 0);
    ASSERT_NO_FATAL_FAILURE(judge(file.path(), *book)) << "kill " << kill;
  }
  EXPECT_GT(book->commands, kills);
}

// A limit on the size of files stands for a full disk.
class FullHost {
 public:
  explicit FullHost(rlim_t bytes) {
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const struct rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullHost() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }
  FullHost(const FullHost&) = delete;
  FullHost& operator=(const FullHost&) = delete;

 private:
  struct rlimit old_{};
  void (*old_handler_)(int) = nullptr;
};

// Puts another file under every descriptor of the volume that this process has, and takes it away again.
class Replaced {
 public:
  Replaced(const std::filesystem::path& volume, const char* other, int flags) {
    const z::Fd instead{::open(other, flags)};
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      if (std::filesystem::read_symlink(entry.path(), gone) != std::filesystem::absolute(volume)) continue;
      const int number = std::stoi(entry.path().filename());
      replaced_.push_back({number, z::Fd{::dup(number)}});
    }
    for (const auto& [number, saved] : replaced_) ::dup2(instead.get(), number);
  }
  ~Replaced() {
    for (const auto& [number, saved] : replaced_) ::dup2(saved.get(), number);
  }
  Replaced(const Replaced&) = delete;
  Replaced& operator=(const Replaced&) = delete;
  std::size_t count() const { return replaced_.size(); }

 private:
  std::vector<std::pair<int, z::Fd>> replaced_;
};

class HostFailure : public ::testing::TestWithParam<ImageFormat> {};
INSTANTIATE_TEST_SUITE_P(Images, HostFailure, ::testing::Values(ImageFormat::plain, ImageFormat::compressed));

TEST_P(HostFailure, AFullDiskIsAnEquipmentCheckAndTheVolumeGoesOnWhenThereIsRoom) {
  const TemporaryFile file;
  ASSERT_TRUE(create_volume(file.path(), {.geometry = {3}, .volser = "FULL01", .format = GetParam()}));
  auto volume = Volume::open(file.path(), Access::write).value();
  const auto device = Dasd3390::attach(volume, volume->whole(), Dasd3390::Writing::allowed).value();
  const std::vector<Ccw> write{define_extent(formatting, {2, 0}, {2, 0}), locate(0x03, 1, {2, 0}, 0),
                               {0x1D, count_field(2, 0, 1, 0, length) + pattern(1)}};
  {
    const FullHost full{1000};
    const auto outcome = run(*device, write);
    EXPECT_EQ(outcome.status, checked);
    EXPECT_EQ(outcome.sense_0(), 0x10);
    EXPECT_EQ(outcome.sense_1() & 0x80, 0x80);
  }
  EXPECT_NE(device->description().find("failed"), std::string::npos);
  EXPECT_EQ(run(*device, write).status, good);
  EXPECT_EQ(octets(volume->read_track(TrackNumber{30})->data(1)), pattern(1));
}

// The records of one track that a domain updates go to the file together.
class UpdatedTogether : public ::testing::TestWithParam<ImageFormat> {
 protected:
  static constexpr At at{1, 0};
  void SetUp() override {
    create_volume(file_.path(), {.geometry = {3}, .volser = "UPDATE", .format = GetParam()}).value();
    auto editor = Editor::open(Volume::open(file_.path(), Access::write).value()).value();
    std::vector<NewRecord> list;
    for (std::uint8_t n = 1; n <= 3; ++n) list.push_back({n, 0, length});
    editor.format_track({1, 0}, list).value();
    volume_ = Volume::open(file_.path(), Access::write).value();
    device_ = Dasd3390::attach(volume_, volume_->whole(), Dasd3390::Writing::allowed).value();
  }
  // A domain of `count` updates, of which there are two.
  std::vector<Ccw> two_updates(std::uint8_t count, std::uint32_t version) const {
    return {define_extent(updating, at, at), locate(0x01, count, at, 1), {0x85, pattern(version)}, {0x85, pattern(version + 1)}};
  }
  Bytes in_the_file(std::size_t record) const {
    return octets(Volume::open(file_.path(), Access::read).value()->read_track(TrackNumber{15})->data(record));
  }

  TemporaryFile file_;
  std::shared_ptr<Volume> volume_;
  std::unique_ptr<Dasd3390> device_;
};
INSTANTIATE_TEST_SUITE_P(Images, UpdatedTogether, ::testing::Values(ImageFormat::plain, ImageFormat::compressed));

TEST_P(UpdatedTogether, AreInTheFileWhenTheLastCommandOfTheirDomainEnds) {
  device_->begin_program();
  EXPECT_EQ(execute(*device_, two_updates(2, 1)).status, good);
  EXPECT_EQ(in_the_file(1), pattern(1));
  EXPECT_EQ(in_the_file(2), pattern(2));
  device_->end_program();
}

TEST_P(UpdatedTogether, AreInTheFileWhenTheProgramPausesOrEndsBeforeItsDomainIsDone) {
  device_->begin_program();
  EXPECT_EQ(execute(*device_, two_updates(3, 1)).status, good);
  device_->pause_program();
  EXPECT_EQ(in_the_file(2), pattern(2));
  EXPECT_EQ(execute(*device_, {{0x85, pattern(3)}}).status, good);
  EXPECT_EQ(in_the_file(3), pattern(3));
  device_->end_program();
  EXPECT_EQ(run(*device_, two_updates(3, 5)).status, good);
  EXPECT_EQ(in_the_file(1), pattern(5));
  EXPECT_EQ(in_the_file(2), pattern(6));
}

TEST_P(UpdatedTogether, AFailureThatComesWhenNobodyCanBeToldIsToldToTheNextCommand) {
  {
    const FullHost full{1000};
    EXPECT_EQ(run(*device_, two_updates(2, 1)).status, checked) << "the last command of the domain tells";
    EXPECT_EQ(run(*device_, two_updates(3, 1)).status, good) << "the domain is not done";
  }
  const auto next = run(*device_, {define_extent(reading, at, at)});
  EXPECT_EQ(next.status, checked);
  EXPECT_EQ(next.sense_0(), 0x10);
  EXPECT_EQ(run(*device_, two_updates(2, 7)).status, good);
  EXPECT_EQ(in_the_file(2), pattern(8));
}

TEST_P(HostFailure, AHostThatDoesNotReadOrWriteIsAnEquipmentCheckAndTheVolumeGoesOnAfterwards) {
  const TemporaryFile file;
  ASSERT_TRUE(create_volume(file.path(), {.geometry = {3}, .volser = "FAIL01", .format = GetParam()}));
  auto volume = Volume::open(file.path(), Access::write).value();
  const auto device = Dasd3390::attach(volume, volume->whole(), Dasd3390::Writing::allowed).value();
  const std::vector<Ccw> write{define_extent(formatting, {2, 0}, {2, 0}), locate(0x03, 1, {2, 0}, 0),
                               {0x1D, count_field(2, 0, 1, 0, length) + pattern(1)}};
  const std::vector<Ccw> read_it{define_extent(reading, {2, 0}, {2, 0}), locate(0x06, 1, {2, 0}, 1), read(0x06, length)};
  ASSERT_EQ(run(*device, write).status, good);
  const auto expect_equipment_check = [](const Outcome& outcome) {
    EXPECT_EQ(outcome.status, checked);
    EXPECT_EQ(outcome.sense_0(), 0x10);
    EXPECT_EQ(outcome.sense_1() & 0x80, 0x80);
  };
  {
    const Replaced unreadable{file.path(), "/", O_RDONLY | O_DIRECTORY};
    ASSERT_GT(unreadable.count(), 0u);
    expect_equipment_check(run(*device, read_it));
    expect_equipment_check(run(*device, write));
  }
  EXPECT_EQ(run(*device, read_it).sent[0], pattern(1));
  EXPECT_EQ(run(*device, write).status, good);
}

}  // namespace
}  // namespace dasd3390::test
