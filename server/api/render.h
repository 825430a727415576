// Writes records of the views as the native API's JSON.
#pragma once

#include <string>

#include "projections/views.h"
#include "server/commands/draft_making.h"
#include "server/http/response.h"
#include "server/json/json_writer.h"

namespace codelog::api {

using codelog::json::JsonWriter;
using projections::CodelistRecord;
using projections::VersionRecord;
using projections::Views;

// {"owner":…,"slug":…,"name":…}; or only the fields, for an object with more fields.
void write_handle(const projections::Handle& handle, JsonWriter& json);
void write_handle_fields(const projections::Handle& handle, JsonWriter& json);
void write_counts(const projections::StatusCounts& counts, JsonWriter& json);
// The fields that a version has both in its codelist and on its own.
void write_version_fields(const VersionRecord& version, JsonWriter& json);
// The text and options of a search, as fields of an object that has begun.
void write_asked(const commands::SearchRequest& request, JsonWriter& json);
void write_search(const projections::SearchRecord& record, JsonWriter& json);
void write_searches_left_out(const std::vector<events::SearchLeftOut>& searches, JsonWriter& json);
void write_references(const std::vector<events::Reference>& references, JsonWriter& json);
// As they are in events.
void write_signoffs(const std::vector<events::SignOff>& signoffs, JsonWriter& json);
// Null for zeros.
void write_digest(std::string_view name, const base::Sha256& digest, JsonWriter& json);
void write_texts(const std::vector<std::string>& texts, JsonWriter& json);
// {"code": "status" or null, …}
void write_changes(const std::vector<base::CodeChange>& changes, JsonWriter& json);

// `newest_digest`: see shown_content.h; sign-offs of other contents are stale.
std::string codelist_json(const Views& views, const CodelistRecord& codelist,
                          const base::Sha256& newest_digest);

// Everything about a version, its codes included.
std::string version_json(const Views& views, const CodelistRecord& codelist,
                         const VersionRecord& version, const events::VersionContent& content);

// "\"17-4\"": the position of the last change to the version's codes, searches or status, used by
// If-Match; then the number of commits of its codelist, because the answer also shows the
// codelist's names. "\"17-4+5e4a2c1b\"" where reports on releases have marked the version; If-Match
// ignores this part.
std::string version_etag(const Views& views, const VersionRecord& version);
inline constexpr char version_etag_marks = '+';

}  // namespace codelog::api
