#include "cp/guest/vm_definition.h"

#include "base/bytes.h"

namespace cp {
namespace {

constexpr std::uint32_t version = 4;
constexpr std::uint64_t largest_storage = 1ULL << 44;
constexpr unsigned most_cpus = 64;

void put_text(z::ByteWriter& writer, const std::string& text) { writer.block(std::as_bytes(std::span{text})); }

z::Result<std::string> get_text(z::ByteReader& reader) {
  const auto bytes = Z_TRY(reader.block());
  return std::string{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

z::Result<std::string> get_name(z::ByteReader& reader, std::size_t longest) {
  auto name = Z_TRY(get_text(reader));
  if (name.size() > longest) return z::failure("name of {} characters in a virtual machine definition", name.size());
  return name;
}

z::Result<cpu::Model> get_model(z::ByteReader& reader) {
  const auto name = Z_TRY(get_name(reader, 8));
  const auto model = cpu::find_model(name);
  if (!model) return z::failure("CPU model {} in a virtual machine definition is not known here", name);
  return *model;
}

z::Result<MinidiskDefinition> get_minidisk(z::ByteReader& reader) {
  MinidiskDefinition disk;
  disk.number = z::DeviceNumber{Z_TRY(reader.be16())};
  disk.volume = Z_TRY(get_name(reader, 6));
  disk.start = Z_TRY(reader.be32());
  disk.cylinders = Z_TRY(reader.be32());
  disk.read_only = Z_TRY(reader.u8()) != 0;
  return disk;
}

z::Result<CtcaDefinition> get_ctca(z::ByteReader& reader) {
  CtcaDefinition ctca;
  ctca.number = z::DeviceNumber{Z_TRY(reader.be16())};
  ctca.partner = Z_TRY(get_name(reader, 8));
  ctca.vswitch = Z_TRY(get_name(reader, 8));
  return ctca;
}

}  // namespace

std::vector<std::byte> VmDefinition::encode() const {
  z::ByteWriter writer;
  writer.be32(version);
  put_text(writer, userid);
  writer.be64(storage.value);
  writer.be32(cpus);
  put_text(writer, std::string{cpu::identity_of(model).name});
  writer.be32(cpu_serial);
  writer.be16(console.value);
  put_text(writer, secondary_user);
  put_text(writer, relocation_domain);
  writer.be16(static_cast<std::uint16_t>(minidisks.size()));
  for (const auto& disk : minidisks) {
    writer.be16(disk.number.value);
    put_text(writer, disk.volume);
    writer.be32(disk.start);
    writer.be32(disk.cylinders);
    writer.u8(disk.read_only ? 1 : 0);
  }
  writer.be16(static_cast<std::uint16_t>(ctcas.size()));
  for (const auto& ctca : ctcas) {
    writer.be16(ctca.number.value);
    put_text(writer, ctca.partner);
    put_text(writer, ctca.vswitch);
  }
  writer.be16(static_cast<std::uint16_t>(readers.size()));
  for (const auto reader : readers) writer.be16(reader.value);
  return std::move(writer).bytes();
}

z::Result<VmDefinition> VmDefinition::decode(std::span<const std::byte> bytes) {
  z::ByteReader reader{bytes};
  if (const auto found = Z_TRY(reader.be32()); found != version)
    return z::failure("virtual machine definition has version {}, this program knows {}", found, version);
  VmDefinition result;
  result.userid = Z_TRY(get_name(reader, 8));
  result.storage = {Z_TRY(reader.be64())};
  result.cpus = Z_TRY(reader.be32());
  if (result.storage.value == 0 || result.storage.value > largest_storage || result.cpus == 0 || result.cpus > most_cpus)
    return z::failure("virtual machine definition of {} has {} bytes and {} CPUs", result.userid, result.storage.value,
                      result.cpus);
  result.model = Z_TRY(get_model(reader));
  result.cpu_serial = Z_TRY(reader.be32());
  result.console = z::DeviceNumber{Z_TRY(reader.be16())};
  result.secondary_user = Z_TRY(get_name(reader, 8));
  result.relocation_domain = Z_TRY(get_name(reader, 8));
  const auto count = Z_TRY(reader.be16());
  for (unsigned i = 0; i < count; ++i) result.minidisks.push_back(Z_TRY(get_minidisk(reader)));
  for (auto left = Z_TRY(reader.be16()); left > 0; --left) result.ctcas.push_back(Z_TRY(get_ctca(reader)));
  for (auto left = Z_TRY(reader.be16()); left > 0; --left) result.readers.emplace_back(Z_TRY(reader.be16()));
  return result;
}

}  // namespace cp
