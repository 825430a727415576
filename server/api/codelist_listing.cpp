#include "server/api/codelist_listing.h"

#include <algorithm>

#include "events/base/version_hash.h"
#include "server/api/past.h"
#include "server/api/render.h"

namespace codelog::api {
namespace {

constexpr std::uint64_t page_entries = 100;
constexpr std::uint64_t page_entries_max = 1000;
// Each one as of a moment takes a few milliseconds at most.
constexpr std::uint64_t past_codelists_max = 100;

Error bad_parameter(const char* name, const char* detail) {
  return base::field_error(ErrorCode::invalid, name, detail);
}

struct Filter {
  std::optional<events::Owner> owner;
  std::optional<std::string> coding_system;
  std::optional<std::string> status;
};

Result<Filter> parse_filter(const http::Parameters& query) {
  Filter filter;
  if (query.has("owner")) {
    const auto owner = commands::parse_owner(query.get("owner"));
    if (!owner) return owner.error();
    filter.owner = *owner;
  }
  if (query.has("coding_system")) {
    filter.coding_system = query.get("coding_system");
    if (coding_systems::find_coding_system(*filter.coding_system) == nullptr) {
      return bad_parameter("coding_system", "is not a coding system that is known here");
    }
  }
  if (query.has("status")) {
    filter.status = query.get("status");
    constexpr std::string_view known[] = {"draft", "under review", "published"};
    if (std::find(std::begin(known), std::end(known), *filter.status) == std::end(known)) {
      return bad_parameter("status", "must be draft, under review or published");
    }
  }
  return filter;
}

void write_summary(const CodelistRecord& codelist, const std::vector<VersionRecord>& versions,
                   JsonWriter& json) {
  json.begin_object().field("id", std::uint64_t{codelist.id.value()});
  write_handle_fields(codelist.handle(), json);
  json.field("coding_system", codelist.coding_system).key("tags");
  write_texts(codelist.tags, json);
  json.field("updated_at", base::format_timestamp(codelist.updated_at));
  json.key("versions").begin_array();
  for (const VersionRecord& version : versions) {
    json.begin_object().field("hash", base::version_hash(version.id)).field("tag", version.tag);
    json.field("status", events::to_string(version.status)).end_object();
  }
  json.end_array().end_object();
}

bool matches(const Filter& filter, const CodelistRecord& codelist,
             const std::vector<VersionRecord>& versions) {
  if (filter.coding_system && codelist.coding_system != *filter.coding_system) return false;
  return !filter.status || std::ranges::any_of(versions, [&](const VersionRecord& version) {
    return events::to_string(version.status) == *filter.status;
  });
}

struct Page {
  base::CodelistId after;
  std::uint64_t limit = 0;
};

class PageWriter {
 public:
  explicit PageWriter(std::uint64_t limit) : limit_(limit) {
    json_.begin_object().key("codelists").begin_array();
  }

  // False, and adds nothing, if the page is full.
  bool add(const CodelistRecord& codelist, const std::vector<VersionRecord>& versions) {
    if (count_ == limit_) return false;
    write_summary(codelist, versions, json_);
    ++count_;
    return true;
  }
  // `next`: the last codelist that the page has dealt with, if there may be more.
  http::Response finish(std::optional<base::CodelistId> next) {
    json_.end_array().key("next");
    next ? json_.value(std::uint64_t{next->value()}) : json_.null();
    json_.end_object();
    return http::json_text(200, json_.take());
  }

 private:
  const std::uint64_t limit_;
  std::uint64_t count_ = 0;
  JsonWriter json_;
};

// Reads only the codelists of this page, and those that the filter rejects before its end.
http::Response list_now(const ReadCall& call, const Filter& filter, const Page& page) {
  const auto ids =
      filter.owner ? call.views.codelist_ids_of(*filter.owner) : call.views.codelist_ids();
  PageWriter writer(page.limit);
  base::CodelistId last = page.after;
  for (auto id = std::ranges::upper_bound(ids, page.after); id != ids.end(); ++id) {
    const auto codelist = call.views.codelist(*id);
    if (!codelist) continue;
    const auto versions = call.views.versions_of(*id);
    if (!matches(filter, *codelist, versions)) continue;
    if (!writer.add(*codelist, versions)) return writer.finish(last);
    last = *id;
  }
  return writer.finish(std::nullopt);
}

Result<http::Response> list_then(const ReadCall& call, const Filter& filter, const Page& page) {
  if (!filter.owner) return bad_parameter("owner", "must be given with as_of");
  const commands::Site& site = call.application.site();
  const auto moment = parse_moment(site, call.request.query().get("as_of"));
  if (!moment) return moment.error();
  const auto place = call.application.begin_long_read();
  if (!place) return place.error();
  const auto ids = call.views.codelist_ids_ever_of(*filter.owner);
  PageWriter writer(page.limit);
  base::CodelistId last = page.after;
  std::uint64_t read_count = 0;
  for (auto id = std::ranges::upper_bound(ids, page.after); id != ids.end(); last = *id++) {
    if (read_count++ == past_codelists_max) return writer.finish(last);
    const auto store = projections::views_as_of(site.log, call.views.store(), {*id, *moment});
    if (!store) return store.error();
    const Views then((*store)->reader());
    const auto codelist = then.codelist(*id);
    if (!codelist || codelist->handle().owner != *filter.owner) continue;
    const auto versions = then.versions_of(*id);
    if (!matches(filter, *codelist, versions)) continue;
    if (!writer.add(*codelist, versions)) return writer.finish(last);
  }
  return writer.finish(std::nullopt);
}

}  // namespace

Result<http::Response> list_codelists(const ReadCall& call) {
  const auto filter = parse_filter(call.request.query());
  if (!filter) return filter.error();
  const auto after = number_in_query(call.request, "after", 0, {0, UINT32_MAX});
  if (!after) return after.error();
  const auto limit = number_in_query(call.request, "limit", page_entries, {1, page_entries_max});
  if (!limit) return limit.error();
  const Page page{base::CodelistId(static_cast<std::uint32_t>(*after)), *limit};
  if (call.request.query().has("as_of")) return list_then(call, *filter, page);
  return list_now(call, *filter, page);
}

}  // namespace codelog::api
