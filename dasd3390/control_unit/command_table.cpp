#include "dasd3390/control_unit/command_table.h"

#include <array>

namespace dasd3390 {

// 3990 Reference, "Command Descriptions". The bit X'80' of a search, read or write makes it multitrack.
class CommandTable {
  using D = Dasd3390;
  using enum Needs;
  static constexpr auto search = CommandRule::Kind::search, data = CommandRule::Kind::data;

 public:
  static constexpr auto rules = std::to_array<CommandRule>({
      {0x03, "NO-OPERATION", &D::no_operation, device},
      {0x04, "SENSE", &D::basic_sense, nothing},
      {0xE4, "SENSE ID", &D::sense_id, nothing},
      {0x34, "SENSE PATH GROUP ID", &D::sense_path_group, nothing},
      {0xAF, "SET PATH GROUP ID", &D::set_path_group, nothing},
      {0x14, "UNCONDITIONAL RESERVE", &D::unconditional_reserve, nothing},
      {0xB4, "DEVICE RESERVE", &D::reserve, nothing},
      {0x94, "DEVICE RELEASE", &D::release, device},
      {0x64, "READ DEVICE CHARACTERISTICS", &D::read_device_characteristics, device},
      {0xFA, "READ CONFIGURATION DATA", &D::read_configuration_data, device},
      {0x27, "PERFORM SUBSYSTEM FUNCTION", &D::perform_subsystem_function, device},
      {0x3E, "READ SUBSYSTEM DATA", &D::read_subsystem_data, device},
      {0x54, "SENSE SUBSYSTEM STATUS", &D::sense_subsystem_status, device},
      {0xF7, "DEFINE SUBSYSTEM OPERATION", &D::define_subsystem_operation, tracks},
      {0xA4, "READ AND RESET BUFFERED LOG", &D::read_buffered_log, device},
      {0x87, "SET SUBSYSTEM MODE", &D::accept_parameters, device},
      {0xF9, "RESET SUMMARY UNIT CHECK", &D::accept_parameters, nothing},
      {0x5B, "SUSPEND MULTIPATH RECONNECTION", &D::accept_parameters, device},
      {0x44, "RESET ALLEGIANCE", &D::reset_allegiance, nothing},

      {0x63, "DEFINE EXTENT", &D::define_extent, own_locks},
      {0x47, "LOCATE RECORD", &D::locate_record, device},
      {0x4B, "LOCATE RECORD EXTENDED", &D::locate_record_extended, device},
      {0xE7, "PREFIX", &D::prefix, own_locks},
      {0x07, "SEEK", &D::seek, tracks},
      {0x0B, "SEEK CYLINDER", &D::seek, tracks},
      {0x1B, "SEEK HEAD", &D::seek, tracks},
      {0x13, "RECALIBRATE", &D::recalibrate, tracks},
      {0x1F, "SET FILE MASK", &D::set_file_mask, device},
      {0x23, "SET SECTOR", &D::set_sector, device},
      {0x22, "READ SECTOR", &D::read_sector, device},

      {0x31, "SEARCH ID EQUAL", &D::search_id, tracks, search},
      {0xB1, "SEARCH ID EQUAL MT", &D::search_id, tracks, search},
      {0x51, "SEARCH ID HIGH", &D::search_id, tracks, search},
      {0xD1, "SEARCH ID HIGH MT", &D::search_id, tracks, search},
      {0x71, "SEARCH ID EQUAL OR HIGH", &D::search_id, tracks, search},
      {0xF1, "SEARCH ID EQUAL OR HIGH MT", &D::search_id, tracks, search},
      {0x29, "SEARCH KEY EQUAL", &D::search_key, tracks, search},
      {0xA9, "SEARCH KEY EQUAL MT", &D::search_key, tracks, search},
      {0x49, "SEARCH KEY HIGH", &D::search_key, tracks, search},
      {0xC9, "SEARCH KEY HIGH MT", &D::search_key, tracks, search},
      {0x69, "SEARCH KEY EQUAL OR HIGH", &D::search_key, tracks, search},
      {0xE9, "SEARCH KEY EQUAL OR HIGH MT", &D::search_key, tracks, search},
      {0x39, "SEARCH HOME ADDRESS", &D::search_home_address, tracks, search},
      {0xB9, "SEARCH HOME ADDRESS MT", &D::search_home_address, tracks, search},

      {0x02, "READ IPL", &D::read_ipl, tracks, data},
      {0x06, "READ DATA", &D::read_data, tracks, data},
      {0x86, "READ DATA MT", &D::read_data, tracks, data},
      {0x0E, "READ KEY AND DATA", &D::read_key_and_data, tracks, data},
      {0x8E, "READ KEY AND DATA MT", &D::read_key_and_data, tracks, data},
      {0x12, "READ COUNT", &D::read_count, tracks, data},
      {0x92, "READ COUNT MT", &D::read_count, tracks, data},
      {0x1E, "READ COUNT, KEY AND DATA", &D::read_record, tracks, data},
      {0x9E, "READ COUNT, KEY AND DATA MT", &D::read_record, tracks, data},
      {0x5E, "READ MULTIPLE COUNT, KEY AND DATA", &D::read_multiple_records, tracks, data},
      {0x16, "READ RECORD ZERO", &D::read_record_zero, tracks, data},
      {0x96, "READ RECORD ZERO MT", &D::read_record_zero, tracks, data},
      {0x1A, "READ HOME ADDRESS", &D::read_home_address, tracks, data},
      {0x9A, "READ HOME ADDRESS MT", &D::read_home_address, tracks, data},
      {0xDE, "READ TRACK", &D::read_track, tracks, data},
      {0xA6, "READ TRACK DATA", &D::read_track_data, tracks, data},

      {0x05, "WRITE DATA", &D::write_data, tracks, data},
      {0x85, "WRITE DATA MT", &D::write_data, tracks, data},
      {0x0D, "WRITE KEY AND DATA", &D::write_key_and_data, tracks, data},
      {0x8D, "WRITE KEY AND DATA MT", &D::write_key_and_data, tracks, data},
      {0x1D, "WRITE COUNT, KEY AND DATA", &D::write_record, tracks, data},
      {0x9D, "WRITE COUNT, KEY AND DATA NEXT TRACK", &D::write_record, tracks, data},
      {0x15, "WRITE RECORD ZERO", &D::write_record_zero, tracks, data},
      {0x11, "ERASE", &D::erase, tracks, data},
      {0x95, "WRITE FULL TRACK", &D::write_full_track, tracks, data},
      {0xA5, "WRITE TRACK DATA", &D::write_track_data, tracks, data},
  });

  static constexpr auto index = [] {
    std::array<std::uint8_t, 256> result{};  // one more than the place in `rules`
    for (std::size_t i = 0; i < rules.size(); ++i) result[rules[i].command] = static_cast<std::uint8_t>(i + 1);
    return result;
  }();
};

const CommandRule* find_rule(std::uint8_t command) {
  const auto place = CommandTable::index[command];
  return place == 0 ? nullptr : &CommandTable::rules[place - 1u];
}

}  // namespace dasd3390
