#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/commands.h"
#include "base/result.h"
#include "dasd3390/image/open.h"

namespace app {

// Parts of `endicott dasd`: what looks into volumes, and what moves their contents.
void add_dasd_look(CLI::App& dasd, Chosen& chosen);
void add_dasd_move(CLI::App& dasd, Chosen& chosen);

// Exit status; tells the error.
inline int finish(const z::Result<>& result) { return result ? 0 : fail(result.error().text()); }

inline const std::map<std::string, dasd3390::ImageFormat> image_formats{
    {"plain", dasd3390::ImageFormat::plain},
    {"cckd", dasd3390::ImageFormat::compressed},
    {"cckd64", dasd3390::ImageFormat::compressed_wide},
};
inline std::vector<std::string> image_format_names() { return {"plain", "cckd", "cckd64"}; }

}  // namespace app
