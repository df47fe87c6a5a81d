#include "cp/volume/formssi.h"

#include <cstring>

#include "cp/config/source.h"
#include "cp/pdr/formssi.h"
#include "cp/pdr/guest_block.h"
#include "cp/pdr/record.h"

namespace cp {
namespace {

using dasd3390::Editor;
using dasd3390::TrackAddress;

constexpr TrackAddress pdr_track{pdr::pdr_cylinder, pdr::pdr_head};

struct StoredPdr {
  pdr::Key key;
  std::vector<std::byte> data;
};

z::Result<StoredPdr> read_pdr(const Editor& disk) {
  const auto record = Z_TRY(disk.read_record(pdr_track, pdr::pdr_record_number));
  StoredPdr stored;
  if (record.key.size() != sizeof stored.key)
    return z::failure("there is no persistent data record: {}", disk.volume().path().string());
  std::memcpy(&stored.key, record.key.data(), sizeof stored.key);
  Z_CHECK(pdr::validate(stored.key));
  stored.data = record.data;
  return stored;
}

z::Result<> write_pdr(Editor& disk, const pdr::Fresh& fresh) {
  const auto key = std::as_bytes(std::span{&fresh.key, 1});
  const std::vector<dasd3390::NewRecord> records{{pdr::pdr_record_number,
                                                  sizeof fresh.key,
                                                  static_cast<std::uint16_t>(fresh.data.size()),
                                                  {key.begin(), key.end()},
                                                  fresh.data}};
  return disk.format_track(pdr_track, records);
}

}  // namespace

z::Result<> formssi_create(Editor& disk, const FormssiRequest& request) {
  if (!is_name(request.ssi)) return z::failure("{} is not the name of a cluster: it takes 1 to 8 letters or digits", request.ssi);
  Z_TRY(read_cp_volume(disk));
  if (const auto present = read_pdr(disk); present && request.consent == Consent::none)
    return z::failure("volume already holds the persistent data record of {}; it is replaced only when that is confirmed: {}",
                      present->key.ssi_name.text(), disk.volume().path().string());
  const TrackAddress first{pdr::guest_cylinder, pdr::first_guest_head}, last{pdr::guest_cylinder, pdr::last_guest_head};
  Z_CHECK(disk.format_tracks({first.number(), last.number()}, pdr::guest_block_size));
  return write_pdr(disk, pdr::create(upper(request.ssi), request.slots, request.now));
}

z::Result<std::vector<std::string>> formssi_display(const Editor& disk, std::string_view device) {
  const auto stored = Z_TRY(read_pdr(disk));
  const auto record = Z_TRY(pdr::decode(stored.data));
  return pdr::display(stored.key, record, device, Z_TRY(disk.volume().volser()));
}

}  // namespace cp
