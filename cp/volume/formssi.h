#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "cp/volume/cpfmtxa.h"

namespace cp {

// FORMSSI CREATE: lays down the persistent data record of a cluster and the empty guest-ownership blocks (cp/pdr) on a CP
// volume. A volume that holds a PDR already keeps it unless consent is given: members may be using it.
struct FormssiRequest {
  std::string ssi;
  std::vector<std::string> slots;  // names of the members, may be empty: members enter themselves when they join
  z::TodClock now;
  Consent consent = Consent::none;
};
z::Result<> formssi_create(dasd3390::Editor& disk, const FormssiRequest& request);

// FORMSSI DISPLAY: the lines.
z::Result<std::vector<std::string>> formssi_display(const dasd3390::Editor& disk, std::string_view device);

}  // namespace cp
