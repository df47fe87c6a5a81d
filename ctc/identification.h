#pragma once

#include <cstdint>

#include "base/be.h"
#include "ctc/message.h"

namespace ctc {

// SENSE ID of a FICON CTC, with the command-information word that announces READ CONFIGURATION DATA (Common I/O-Device
// Commands, "Sense ID").
struct SenseIdData {
  std::uint8_t all_ones = 0xFF;
  z::be16 control_unit_type = 0x3088;
  std::uint8_t control_unit_model = 0x1E;
  z::be16 device_type;
  std::uint8_t device_model = 0;
  std::uint8_t unused = 0;
  std::uint8_t ciw_type = 0x40;  // entry valid, type 0: read configuration data
  std::uint8_t ciw_command = 0xC4;
  z::be16 ciw_count = 128;
};
static_assert(sizeof(SenseIdData) == 12);
inline constexpr SenseIdData sense_id_data{};

// A node-element descriptor in EBCDIC (Common I/O-Device Commands, "Node Descriptor").
struct NodeElement {
  std::uint8_t flags = 0;
  std::uint8_t type = 0;
  std::uint8_t node_class = 0;
  std::uint8_t unused = 0;
  std::uint8_t text[26]{};  // type 6, model 3, manufacturer 3, plant 2, sequence number 12
  z::be16 tag;
};
static_assert(sizeof(NodeElement) == 32);

// READ CONFIGURATION DATA: device, control unit and token node elements, and the general element that ends the record.
struct ConfigurationData {
  NodeElement elements[4];
};
static_assert(sizeof(ConfigurationData) == 128);
ConfigurationData configuration_data();

}  // namespace ctc
