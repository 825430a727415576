#include "server/web/versions/new_version.h"

#include <algorithm>

#include "events/base/version_hash.h"

namespace codelog::web {

using events::VersionStatus;
using projections::VersionRecord;

void add_new_version(const Visit& visit, pages::Section& place, const commands::NamedVersion& named,
                     const std::string& words) {
  const auto& [codelist, version] = named;
  pages::Section shown = place.include("NEW_VERSION", "_new_version.html");
  const auto versions = visit.views().versions_of(codelist.id);
  const auto draft = std::ranges::find(versions, VersionStatus::draft, &VersionRecord::status);
  if (version.has_csv_data) {
    shown.set_and_show("UPLOAD", commands::page_of(codelist.handle()) + "upload-version/");
  } else if (draft != versions.end()) {
    shown.add("OFF").set("WORDS", words).set("WHY", "This codelist already has a draft version");
    shown.set_and_show("DRAFT", "/builder/" + base::version_hash(draft->id) + "/");
  } else {
    Form form{.action = commands::page_of(codelist, version) + "create-new-version/",
              .button = words};
    form.is_inline = true;
    shown.set("CREATE", visit.form(form));
  }
}

}  // namespace codelog::web
