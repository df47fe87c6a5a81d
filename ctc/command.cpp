#include "ctc/command.h"

#include <array>

namespace ctc {
namespace {

struct CommandRule {
  std::uint8_t mask;
  std::uint8_t pattern;
  Operation operation;
  std::string_view name;
};

// First match counts: the full codes stand before the patterns that leave bits open.
constexpr auto rules = std::to_array<CommandRule>({
    {0xFF, 0xE3, Operation::prepare, "PREPARE"},
    {0xFF, 0xC3, Operation::set_extended_mode, "SET EXTENDED MODE"},
    {0xFF, 0x04, Operation::sense_adapter_state, "SENSE ADAPTER STATE"},
    {0xFF, 0xE4, Operation::sense_id, "SENSE ID"},
    {0xFF, 0xC4, Operation::read_configuration_data, "READ CONFIGURATION DATA"},
    {0x83, 0x01, Operation::write, "WRITE"},
    {0x83, 0x81, Operation::write_end_of_file, "WRITE END OF FILE"},
    {0x03, 0x02, Operation::read, "READ"},
    {0x0F, 0x0C, Operation::read_backward, "READ BACKWARD"},
    {0x07, 0x07, Operation::control, "CONTROL"},
    {0x1F, 0x14, Operation::sense_command_byte, "SENSE COMMAND BYTE"},
    {0x47, 0x03, Operation::no_operation, "NO OPERATION"},
    {0xC7, 0x43, Operation::set_basic_mode, "SET BASIC MODE"},
});

}  // namespace

Operation operation_of(std::uint8_t command) {
  for (const auto& rule : rules)
    if ((command & rule.mask) == rule.pattern) return rule.operation;
  return Operation::invalid;
}

std::string_view name_of(Operation operation) {
  for (const auto& rule : rules)
    if (rule.operation == operation) return rule.name;
  return "";
}

}  // namespace ctc
