#include "cp/command/message.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/assert.h"

namespace cp {
namespace {

struct Entry {
  unsigned number;
  std::string_view module;
  char severity;
  std::string_view text;
};

// Wording of numbers below 1000 as "CP Messages and Codes" has it, as far as docs/reference/cp-commands.md knows it; the
// higher ones that no public console log shows are worded by us.
constexpr auto catalogue = std::to_array<Entry>({
    {1, "CMD", 'E', "Unknown CP command: {}"},
    {2, "CFC", 'E', "Invalid operand - {}"},
    {3, "CFC", 'E', "Invalid option - {}"},
    {6, "CFC", 'E', "Invalid device type - {}"},
    {7, "CFC", 'E', "Invalid userid - {}"},
    {13, "CFC", 'E', "Conflicting operand - {}"},
    {15, "CFC", 'E', "Command not valid before LOGON: {}"},
    {20, "CFC", 'E', "Userid missing or invalid"},
    {21, "CFC", 'E', "A real device number was not supplied or it was invalid"},
    {22, "CFC", 'E', "A virtual device number was not supplied or it was invalid"},
    {26, "CFC", 'E', "Operand missing or invalid"},
    {40, "QMD", 'E', "Device {} does not exist"},
    {45, "CQU", 'E', "{} not logged on"},
    {46, "VDM", 'E', "{} {} offline"},
    {50, "LGA", 'E', "LOGON unsuccessful--incorrect userid and/or password"},
    {53, "LGA", 'E', "{} not in CP directory"},
    {54, "LGA", 'E', "Already logged on {}"},
    {57, "MSG", 'E', "{} not receiving; {}"},
    {101, "LNM", 'E', "DASD {} not linked; R/W by {}"},
    {102, "LNM", 'E', "DASD {} not linked; R/O by {}"},
    {107, "LNM", 'E', "DASD {} not linked; not in CP directory"},
    {108, "LNM", 'E', "DASD {} not linked; volid {} not mounted"},
    {110, "LNM", 'E', "DASD {} not linked; {} already defined"},
    {160, "CFG", 'E', "Address {} is not in storage of the virtual machine"},
    {361, "LGF", 'E', "LOGOFF/FORCE pending for user {}"},
    {1640, "ATC", 'E', "System {} is not a joined member of the SSI cluster"},
    {1641, "ATC", 'E', "Communication with system {} was lost before the command ended"},
    {1651, "PLM", 'E', "This system is not a member of an SSI cluster"},
    {1652, "PLM", 'E', "{} is not a system of the SSI cluster"},
    {1653, "PLM", 'E', "System {} is {}; it cannot be declared down"},
    {1654, "PLM", 'E', "SSI slot {} is in use by {}"},
    {1655, "PLM", 'E', "Not available while the mode of the SSI cluster is {}"},
    {1660, "PLM", 'E', "{} of this SSI cluster differs from that of {}"},
    {1697, "PLM", 'I', "The state of SSI system {} has changed from {} to {}"},
    {1698, "PLM", 'I', "The mode of the SSI cluster is {}"},
    {1701, "KCL", 'E', "Link device {} is already active"},
    {1702, "KCL", 'E', "Link device {} is not active"},
    {1703, "KCL", 'E', "Device {} is not a channel-to-channel adapter"},
    {1901, "RLB", 'E', "Relocation domain {} is not defined"},
    {1902, "RLB", 'E', "Relocation domain {} is already defined"},
    {1903, "RLB", 'E', "The relocation domain of multiconfiguration virtual machine {} cannot be changed"},
    {1926, "RLL", 'E', "No matching virtual machine relocation is currently in progress on this system"},
    {1940, "RLH", 'E', "{} is not relocatable for the following reason(s):"},
    {1941, "RLH", 'E', "Relocation of {} from {} to {} failed: {}"},
    {1942, "RLH", 'E', "{} is already being relocated"},
    {1982, "RLE", 'I', "{}: relocation capability is off"},
    {2113, "SIG", 'I', "User {} has been signaled to shut down"},
    {2114, "SIG", 'E', "User {} is not enabled for signals"},
    {6056, "CLS", 'I', "XAUTOLOG information for {}: The IPL command is verified by the IPL command processor."},
    {6700, "CPO", 'E', "{} is owned by {}.{} and is not brought online as {}"},
    {6701, "CPO", 'W', "{} is not mounted; slot {} of the CP-owned list stays empty"},
    {6702, "CPO", 'W', "{} carries no mark of ownership; it is used as this system's own"},
    {6703, "CPO", 'E', "{} is mounted on {} and on {}; {} is used"},
    {6710, "GDB", 'E', "No debugger for {}: {}"},
    {6711, "GDB", 'E', "{} is held by a debugger; detach it, or SET GDB OFF"},
    {6720, "CPL", 'E', "CTCA {} of {} is already coupled"},
    {6721, "CPL", 'E', "{} {} is not a virtual CTCA"},
    {6722, "CPL", 'E', "CTCA {} of {} may be coupled to {} only"},
    {6723, "CPL", 'E', "VSWITCH {} is not defined on this system"},
    {6724, "CPL", 'E', "CTCA {} of {} is not coupled"},
    {6725, "DEF", 'E', "Device {} is already defined"},
    {6726, "DEF", 'E', "Device {} cannot be defined: {}"},
    {6727, "CPL", 'E', "CTCA {} of {}, the other one of its pair, is coupled to VSWITCH {}"},
    {6730, "SPF", 'E', "{} has no reader"},
    {6731, "SPF", 'E', "File {} cannot be read"},
    {6732, "SPF", 'E', "IMPORT reads files of the host: for the operator at the console of this member only"},
    {6740, "ATC", 'E', "DASD {} is attached to {}"},
    {6741, "ATC", 'E', "DASD {} not attached; {} {} is already defined"},
    {6742, "ATC", 'E', "DASD {} not attached: {}"},
});

static_assert(std::ranges::is_sorted(catalogue, {}, &Entry::number));

}  // namespace

Message make_message(unsigned number, fmt::format_args inserts) {
  const auto entry = std::ranges::lower_bound(catalogue, number, {}, &Entry::number);
  Z_ASSERT(entry != catalogue.end() && entry->number == number);
  return {number, fmt::format("HCP{}{:03}{} {}", entry->module, number, entry->severity,
                              fmt::vformat(entry->text, inserts))};
}

}  // namespace cp
