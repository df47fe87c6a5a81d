#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "base/units.h"
#include "cpu/isa/model.h"
#include "terminal/server.h"

namespace lpar {

// A device of one LPAR as the machine file names it: "0200 = 3390:file=m01res.ckd".
struct DeviceDefinition {
  z::DeviceNumber number;
  std::uint8_t set = 0;   // subchannel set
  std::string type;       // registered device type
  std::string arguments;  // "k=v,k=v", for the type's factory; file names already resolved
  std::vector<z::Chpid> chpids;
};

struct LparDefinition {
  std::string name;                   // LPAR name, 1-8 characters: what SYSTEM_IDENTIFIER LPAR matches
  std::string cec;                    // the machine it runs in
  z::Bytes storage{512ULL << 20};
  unsigned cpus = 1;                  // logical processors
  cpu::Model model = cpu::Model::z16; // of the machine
  std::vector<DeviceDefinition> devices;
  std::vector<terminal::Listen> terminals;  // where terminals connect that CP gives a logo
};

// The machine file (TOML): CECs, LPARs, shared volumes, CTCs, and where CP finds its files.
struct MachineFile {
  std::filesystem::path path;
  std::filesystem::path run_directory;    // sockets, shared-memory links, logs
  std::filesystem::path system_config;    // CP's SYSTEM CONFIG
  std::filesystem::path user_directory;   // CP's USER DIRECT
  std::vector<LparDefinition> lpars;
  std::vector<std::string> plugins;       // shared objects with more device types

  const LparDefinition* lpar(std::string_view name) const;

  // Reads and checks the whole file: an error names file, line, what is wrong and what would be right. Relative paths are
  // relative to the file.
  static z::Result<MachineFile> read(const std::filesystem::path& path);
};

// "512M", "2G", "65536K" or a number of bytes.
z::Result<z::Bytes> parse_size(std::string_view text);
// One to four hexadecimal digits.
z::Result<z::DeviceNumber> parse_device_number(std::string_view text);
struct DevicePlace {
  z::DeviceNumber number;
  std::uint8_t set = 0;
};
// A device number, or "0.1.0200" as Linux names device 0200 of subchannel set 1.
z::Result<DevicePlace> parse_device_place(std::string_view text);
// "z10", "zEC12" and so on: those of cpu::models().
z::Result<cpu::Model> parse_model(std::string_view text);

}  // namespace lpar
