// The XML that an S3-compatible store answers, read with expat. Every text is untrusted: entities
// are not expanded beyond expat's limits, and elements that are not known are passed over.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/archive/destination.h"
#include "events/base/clock.h"
#include "events/base/result.h"

namespace codelog::s3 {

struct ListedObject {
  std::string key;
  std::uint64_t size_bytes = 0;
  base::Timestamp modified_at;  // by the store's clock
};

struct ListPage {
  std::vector<ListedObject> objects;
  std::string next_token;  // empty: the last page
};
// Errors: io (not a list).
base::Result<ListPage> parse_list(std::string_view xml);

// Errors: io (no upload id).
base::Result<std::string> parse_upload_id(std::string_view xml);
// True if the text says that the parts of an upload are an object now.
bool is_completed_upload(std::string_view xml);

// What an error says, cleaned of everything but printable ASCII and cut to a length for messages.
struct StoreError {
  std::string code;  // "NoSuchKey"; empty if the text is not an error of a store
  std::string message;
};
StoreError parse_error(std::string_view xml);

}  // namespace codelog::s3
