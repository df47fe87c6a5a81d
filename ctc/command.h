#pragma once

#include <cstdint>
#include <string_view>

namespace ctc {

// What a CTC command asks for (ESCON and FICON Channel-to-Channel Reference, "Commands").
enum class Operation : std::uint8_t {
  invalid,
  prepare,
  control,
  read,
  read_backward,
  write,
  write_end_of_file,  // WRITE while the adapter is in basic mode
  sense_command_byte,
  no_operation,
  set_extended_mode,
  set_basic_mode,
  sense_adapter_state,
  sense_id,
  read_configuration_data,
};

// Decodes a command byte; modifier bits of the patterns are ignored as the adapter does.
Operation operation_of(std::uint8_t command);
std::string_view name_of(Operation operation);

}  // namespace ctc
