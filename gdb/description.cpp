// The target description that GDB reads by qXfer:features:read. Names of features and registers are GDB's ("S/390 and System z
// Features" in its manual) and, for what GDB has no name for, QEMU's.
#include <fmt/format.h>

#include <array>

#include "gdb/registers.h"

namespace gdb {
namespace {

struct Feature {
  std::string_view annex, name;
  Bank first, last;
};
constexpr std::array features{
    Feature{"s390x-core64.xml", "org.gnu.gdb.s390.core", Bank::psw_mask, Bank::general},
    Feature{"s390-acr.xml", "org.gnu.gdb.s390.acr", Bank::access, Bank::access},
    Feature{"s390-fpr.xml", "org.gnu.gdb.s390.fpr", Bank::floating_point_control, Bank::floating_point},
    Feature{"s390-vx.xml", "org.gnu.gdb.s390.vx", Bank::vector_right_half, Bank::vector},
    Feature{"s390-cr.xml", "org.gnu.gdb.s390.cr", Bank::control, Bank::control},
    Feature{"s390-virt.xml", "org.gnu.gdb.s390.virt", Bank::clock_comparator, Bank::pfault},
};

constexpr std::string_view vector_types = R"(
  <vector id="v4f" type="ieee_single" count="4"/>
  <vector id="v2d" type="ieee_double" count="2"/>
  <vector id="v16i8" type="int8" count="16"/>
  <vector id="v8i16" type="int16" count="8"/>
  <vector id="v4i32" type="int32" count="4"/>
  <vector id="v2i64" type="int64" count="2"/>
  <union id="vec128">
    <field name="v4_float" type="v4f"/>
    <field name="v2_double" type="v2d"/>
    <field name="v16_int8" type="v16i8"/>
    <field name="v8_int16" type="v8i16"/>
    <field name="v4_int32" type="v4i32"/>
    <field name="v2_int64" type="v2i64"/>
    <field name="uint128" type="uint128"/>
  </union>)";

std::string target_file() {
  std::string text = "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">"
                     "<target><architecture>s390:64-bit</architecture>";
  for (const Feature& feature : features) text += fmt::format("<xi:include href=\"{}\"/>", feature.annex);
  return text + "</target>";
}

std::string feature_file(const Feature& feature) {
  std::string text = fmt::format("<?xml version=\"1.0\"?>\n<!DOCTYPE feature SYSTEM \"gdb-target.dtd\">\n<feature name=\"{}\">", feature.name);
  if (feature.last == Bank::vector) text += vector_types;
  for (const Register& each : registers()) {
    if (each.bank < feature.first || each.bank > feature.last) continue;
    text += fmt::format("\n  <reg name=\"{}\" bitsize=\"{}\" type=\"{}\"", each.name, each.bits, each.type);
    if (!each.group.empty()) text += fmt::format(" group=\"{}\"", each.group);
    text += "/>";
  }
  return text + "\n</feature>\n";
}

}  // namespace

std::optional<std::string> description(std::string_view annex) {
  if (annex == "target.xml") return target_file();
  for (const Feature& feature : features)
    if (annex == feature.annex) return feature_file(feature);
  return std::nullopt;
}

}  // namespace gdb
