#include "instruction_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace cpu {
namespace {

std::uint64_t number(const std::string& text, int base = 16) {
  std::size_t used = 0;
  const std::uint64_t value = std::stoull(text, &used, base);
  if (used != text.size()) throw std::runtime_error(fmt::format("'{}' is no number", text));
  return value;
}

std::vector<std::uint8_t> bytes(const std::string& text) {
  if (text.empty() || text.size() % 2 != 0) throw std::runtime_error(fmt::format("'{}' are no bytes", text));
  std::vector<std::uint8_t> result;
  for (std::size_t i = 0; i < text.size(); i += 2) result.push_back(static_cast<std::uint8_t>(number(text.substr(i, 2))));
  return result;
}

bool is_register(const std::string& name) {
  return name.size() >= 2 && std::all_of(name.begin() + 1, name.end(), [](unsigned char c) { return std::isdigit(c); });
}

void add_register(MachineFacts& facts, const std::string& name, const std::string& text) {
  const auto n = static_cast<unsigned>(number(name.substr(1), 10));
  if (name[0] == 'v' && n < 32 && text.size() == 32) {
    facts.vr[n] = {number(text.substr(0, 16)), number(text.substr(16))};
    return;
  }
  const std::uint64_t value = number(text);
  if (n > 15) throw std::runtime_error(fmt::format("no register {}", name));
  switch (name[0]) {
    case 'r': facts.gr[n] = value; break;
    case 'f': facts.fpr[n] = value; break;
    case 'c': facts.cr[n] = value; break;
    case 'a': facts.ar[n] = static_cast<std::uint32_t>(value); break;
    default: throw std::runtime_error(fmt::format("no register {}", name));
  }
}

void add_fact(MachineFacts& facts, const std::string& fact) {
  const auto equals = fact.find('=');
  if (equals == std::string::npos) throw std::runtime_error(fmt::format("'{}' has no value", fact));
  const std::string name = fact.substr(0, equals), value = fact.substr(equals + 1);
  if (name.starts_with("mem[") && name.ends_with("]"))
    facts.storage[number(name.substr(4, name.size() - 5))] = bytes(value);
  else if (name == "cc") facts.cc = number(value);
  else if (name == "pm") facts.program_mask = number(value);
  else if (name == "amode") facts.amode = number(value, 10);
  else if (name == "psw") facts.psw = number(value);
  else if (name == "fpc") facts.fpc = number(value);
  else if (name == "ia") facts.ia = number(value);
  else if (name == "pic") facts.pic = number(value);
  else if (name == "ilc") facts.ilc = number(value);
  else if (is_register(name)) add_register(facts, name, value);
  else throw std::runtime_error(fmt::format("'{}' is unknown", name));
}

void add_facts(MachineFacts& facts, std::istringstream& words) {
  for (std::string fact; words >> fact && fact[0] != '#';) add_fact(facts, fact);
}

void add_line(std::vector<InstructionSpec>& specs, const std::string& line, unsigned number_of_line, const std::string& file) {
  std::istringstream words{line};
  std::string keyword;
  if (!(words >> keyword) || keyword[0] == '#') return;
  if (keyword == "spec") {
    const auto open = line.find('"'), close = line.rfind('"');
    if (open == close) throw std::runtime_error("a spec needs its sentence");
    InstructionSpec& spec = specs.emplace_back();
    spec.file = file;
    spec.title = line.substr(open + 1, close - open - 1);
    spec.line = number_of_line;
    return;
  }
  if (specs.empty()) throw std::runtime_error("the file must begin with a spec");
  InstructionSpec& spec = specs.back();
  if (keyword == "given") return add_facts(spec.given, words);
  if (keyword == "expect") return add_facts(spec.expected, words);
  if (keyword != "run") throw std::runtime_error(fmt::format("'{}' is unknown", keyword));
  std::string text;
  words >> text >> std::ws;
  spec.text = bytes(text);
  std::getline(words, spec.mnemonic);
}

}  // namespace

void PrintTo(const InstructionSpec& spec, std::ostream* out) { *out << spec.file << ": " << spec.title; }

std::vector<InstructionSpec> read_specs(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{folder})
    if (entry.path().extension() == ".spec") files.push_back(entry.path());
  std::ranges::sort(files);
  std::vector<InstructionSpec> specs;
  for (const auto& path : files) {
    std::ifstream input{path};
    unsigned number_of_line = 0;
    for (std::string line; std::getline(input, line);) {
      ++number_of_line;
      try {
        add_line(specs, line, number_of_line, path.stem());
      } catch (const std::exception& error) {
        throw std::runtime_error(fmt::format("{}:{}: {}", path.string(), number_of_line, error.what()));
      }
    }
  }
  return specs;
}

}  // namespace cpu
