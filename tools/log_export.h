// `codelog log export`: the log, or the commits on one codelist, as files that flatc and jq alone
// read: FlatBuffers beside their schema, and JSON lines.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "events/log.h"
#include "server/site/progress.h"
#include "tools/json.h"

namespace codelog::tools {

struct LogExport {
  std::filesystem::path folder;          // that does not exist yet
  std::optional<events::Stream> stream;  // only the commits on this
  base::Position from{1};
  base::Position to{UINT64_MAX};
  bool is_sanitised = false;  // see sanitised.h
};

// {commits, files, first, last}. Works in FOLDER.partial, and renames it when everything is
// durable; what an interrupted export has left there is removed. Errors: conflict (the folder
// exists); io; those of reading the log; unavailable (progress asked to stop).
base::Result<Json> export_log(const events::Log& log, const LogExport& request,
                              const site::ReportProgress& progress);

}  // namespace codelog::tools
