#include "server/api_v1/lists.h"

#include <algorithm>
#include <map>

#include "events/base/version_hash.h"
#include "server/application/names.h"
#include "server/commands/version_names.h"
#include "server/files/downloads.h"
#include "server/json/json_writer.h"

namespace codelog::api_v1 {
namespace {

using codelog::json::JsonStyle;
using codelog::json::JsonWriter;
using events::OwnerKind;
using projections::CodelistRecord;
using projections::VersionRecord;
using projections::Views;

// Looks up each organisation's name once.
class OrganisationNames {
 public:
  explicit OrganisationNames(const Views& views) : views_(views) {}

  const std::string& name_of(const std::string& slug) {
    const auto [found, missing] = names_.try_emplace(slug);
    if (missing) {
      if (const auto organisation = views_.organisation(slug)) found->second = organisation->name;
    }
    return found->second;
  }

 private:
  const Views& views_;
  std::map<std::string, std::string> names_;
};

bool is_listed(const CodelistRecord& codelist, const ListQuery& query) {
  if (codelist.handle().owner.kind == OwnerKind::user && !query.include_users) return false;
  if (!query.coding_system.empty() && codelist.coding_system != query.coding_system) return false;
  const auto& tags = codelist.tags;
  return query.tag.empty() || std::find(tags.begin(), tags.end(), query.tag) != tags.end();
}

void write_details(const CodelistRecord& codelist, const ListQuery& query, JsonWriter& json) {
  if (query.description) json.field("description", codelist.description);
  if (query.methodology) json.field("methodology", codelist.methodology);
  if (!query.references) return;
  json.key("references").begin_array();
  for (const events::Reference& reference : codelist.references) {
    json.begin_object().field("text", reference.text).field("url", reference.url).end_object();
  }
  json.end_array();
}

}  // namespace

ListQuery parse_list_query(const http::Parameters& query) {
  return {.coding_system = std::string(query.get("coding_system_id")),
          .tag = std::string(query.get("tag")),
          .include_users = query.has("include-users"),
          .description = query.has("description"),
          .methodology = query.has("methodology"),
          .references = query.has("references")};
}

std::string list_key(const http::Request& request) {
  const http::Parameters& query = request.query();
  std::string key = request.path();
  // A zero byte ends each text, including the path, so that different requests never get the same
  // key. Otherwise ?coding_system_id=test-org/ could be stored as the list of test-org.
  key += '\0';
  for (const char* name : {"coding_system_id", "tag"}) {
    key += query.get(name);
    key += '\0';
  }
  for (const char* flag : {"include-users", "description", "methodology", "references"}) {
    key += query.has(flag) ? '1' : '0';
  }
  return key;
}

bool Lists::is_downloadable(const Views& views, const CodelistRecord& codelist,
                            const VersionRecord& version) {
  if (!version.has_csv_data || version.status == events::VersionStatus::draft) {
    return files::is_downloadable(views, codelist, version);
  }
  {
    const base::Lock lock(mutex_);
    if (const auto known = downloadable_.find(version.id); known != downloadable_.end()) {
      return known->second;
    }
  }
  const bool downloadable = files::is_downloadable(views, codelist, version);
  const base::Lock lock(mutex_);
  downloadable_.emplace(version.id, downloadable);
  return downloadable;
}

std::string Lists::make(const Views& views, const std::optional<events::Owner>& owner,
                        const ListQuery& query) {
  auto codelists = owner ? views.codelists_of(*owner) : views.codelists();
  std::erase_if(codelists, [&](const auto& codelist) { return !is_listed(codelist, query); });
  std::stable_sort(codelists.begin(), codelists.end(),
                   [](const auto& a, const auto& b) { return a.handle().slug < b.handle().slug; });
  OrganisationNames organisations(views);
  JsonWriter json(JsonStyle::python, 64 + codelists.size() * 512);
  json.begin_object().key("codelists").begin_array();
  for (const CodelistRecord& codelist : codelists) {
    const projections::Handle& handle = codelist.handle();
    const bool of_user = handle.owner.kind == OwnerKind::user;
    json.begin_object();
    json.field("full_slug", application::full_slug(handle)).field("slug", handle.slug);
    json.field("name", handle.name).field("coding_system_id", codelist.coding_system);
    json.field("organisation", of_user ? std::string() : organisations.name_of(handle.owner.name));
    json.field("user", of_user ? handle.owner.name : std::string());
    write_versions(views, codelist, json);
    write_details(codelist, query, json);
    json.end_object();
  }
  json.end_array().end_object();
  return json.take();
}

void Lists::write_versions(const Views& views, const CodelistRecord& codelist, JsonWriter& json) {
  auto versions = views.versions_of(codelist.id);
  std::stable_sort(versions.begin(), versions.end(),
                   [](const auto& a, const auto& b) { return a.created_at < b.created_at; });
  json.key("versions").begin_array();
  for (const VersionRecord& version : versions) {
    const std::string name = commands::tag_or_hash(version);
    json.begin_object().field("hash", base::version_hash(version.id)).field("tag", version.tag);
    json.field("full_slug", application::full_slug(codelist.handle()) + "/" + name);
    json.field("status", events::to_string(version.status));
    json.field("downloadable", is_downloadable(views, codelist, version));
    json.field("updated_date", base::format_date(version.updated_at)).end_object();
  }
  json.end_array();
}

}  // namespace codelog::api_v1
