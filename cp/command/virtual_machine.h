#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/units.h"
#include "cp/command/message.h"
#include "cp/directory/entry.h"

namespace cp {

using Done = std::function<void(Answer<>)>;
template <class T>
using Told = std::function<void(Answer<T>)>;

struct RegisterSet {
  std::array<std::uint64_t, 2> psw{};  // 128-bit PSW
  std::array<std::uint64_t, 16> general{}, control{}, floating_point{};
  std::array<std::uint32_t, 16> access{};
  std::uint32_t prefix = 0;
};

struct StoragePlace {
  enum class Kind { real, virtual_, absolute };  // as the DISPLAY prefixes R, V (L), and A for what Linux calls physical
  Kind kind = Kind::real;
  std::uint8_t cpu = 0;  // whose prefix and translation apply
  std::uint64_t address = 0;
};

struct StoragePiece {
  std::vector<std::byte> bytes;
  std::uint8_t key = 0;  // of the first block
};

// The command side of a virtual machine on this member. Calls and completions on CP's event loop; a completion may come
// before the call returns.
class VirtualMachine {
 public:
  struct Cpu {
    enum class State { operating, stopped, waiting, disabled_wait, check_stop };
    std::uint8_t address = 0;
    bool is_base = false;
    std::string type = "CP";  // or IFL
    std::uint64_t cpuid = 0;  // as STIDP stores it
    State state = State::stopped;
  };
  struct Device {
    enum class Kind { console, dasd, ctca, other };
    enum class Access { read_only, read_write };
    z::DeviceNumber number;
    Kind kind = Kind::other;
    std::string type;                // "3390", "3215"
    z::SubchannelNumber subchannel;
    std::string volume;              // DASD: real volume
    z::DeviceNumber real;            // DASD: its device
    std::uint32_t cylinders = 0;
    Access access = Access::read_only;
    std::string coupled_to;          // CTCA: "LINUX02 0700", or empty
  };
  struct Settings {
    MachineMode machine = MachineMode::esa;
    bool messages = true, warnings = true, accounting = false, run = false;
  };
  struct Ipl {
    std::string target;  // "0100"
    std::string load_parameter;
    std::string parameter;
    bool clears = false;
  };
  enum class Reset { normal, clear, restart };

  // A file on its way into a reader: records of 80 bytes, or lines of text.
  struct ReaderFile {
    enum class Kind { records, text };
    std::string name;
    Kind kind = Kind::records;
    std::string content;
  };

  virtual ~VirtualMachine() = default;
  virtual std::string userid() const = 0;
  virtual z::Bytes storage() const = 0;
  virtual std::vector<Cpu> cpus() const = 0;
  virtual std::vector<Device> devices() const = 0;
  virtual Settings settings() const = 0;

  virtual void ipl(Ipl request, Done done) = 0;
  virtual void begin(std::optional<std::uint64_t> address, Done done) = 0;
  virtual void stop(std::optional<std::uint8_t> cpu, Done done) = 0;  // no CPU: all of them
  virtual void reset(Reset kind, Done done) = 0;
  virtual void registers(std::uint8_t cpu, Told<RegisterSet> told) = 0;
  virtual void set_registers(std::uint8_t cpu, RegisterSet registers, Done done) = 0;
  virtual void read_storage(StoragePlace place, std::uint64_t length, Told<StoragePiece> told) = 0;
  virtual void write_storage(StoragePlace place, std::vector<std::byte> bytes, Done done) = 0;
  // A line that an operator typed at its console.
  virtual void console_input(std::string text, Done done) = 0;
  virtual void signal_shutdown(Done done) = 0;  // refused when the program does not listen
  virtual void detach(z::DeviceNumber device, Done done) = 0;
  virtual void define_ctca(z::DeviceNumber device, std::string partner, Done done) = 0;  // `partner`: who may couple; empty: anyone

  virtual Answer<> put_into_reader(ReaderFile file) = 0;
  virtual std::vector<std::string> reader_files() const = 0;  // their names
  virtual Answer<> purge_reader() = 0;

  // The stub for a debugger: where it listens, on this host alone; port 0: any free one.
  struct Debugger {
    std::string endpoint;
    bool is_connected = false;
  };
  virtual Answer<> open_debugger(std::uint16_t port) = 0;
  virtual void close_debugger() = 0;
  virtual std::optional<Debugger> debugger() const = 0;
};

}  // namespace cp
