#include "server/archive/open_destination.h"

#include "events/archive/folder_destination.h"
#include "server/s3/s3_destination.h"

namespace codelog::archive {

using base::Error;
using base::ErrorCode;

base::Result<std::unique_ptr<Destination>> open_destination(const std::string& text,
                                                            const std::stop_token& stop) {
  if (s3::is_bucket_address(text)) {
    return s3::open_bucket(text, s3::process_environment(), {.stop = stop});
  }
  if (is_store_address(text)) {
    return Error{ErrorCode::invalid, "there is no kind of archive as " + text, {}};
  }
  if (text.empty()) return Error{ErrorCode::invalid, "the archive's place is empty", {}};
  return make_folder_destination(text);
}

bool is_store_address(const std::string& text) { return text.find("://") != std::string::npos; }

}  // namespace codelog::archive
