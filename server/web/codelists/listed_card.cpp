#include "server/web/codelists/listed_card.h"

#include "server/commands/version_names.h"
#include "server/http/urlencoded.h"
#include "server/web/words.h"

namespace codelog::web {

void add_card(const Visit& visit, pages::Section& place, const finding::ListedCodelist& codelist) {
  const auto& handle = codelist.handle;
  pages::Section card = place.include("CARD", "_card.html");
  card.set("NAME", handle.name).set("PATH", commands::page_of(handle));
  card.set("OWNER", owner_name(visit.views(), handle.owner));
  card.set("OWNER_PATH", owner_path(handle.owner));
  card.set("SYSTEM", system_name(codelist.coding_system));
  card.set_and_show("EXCERPT", codelist.excerpt);
  card.set("VERSION", commands::tag_or_hash(codelist.newest));
  const std::size_t codes_count =
      finding::included_count(codelist, visit.application().catalogue().codes());
  if (codes_count > 0) card.set_and_show("CODES", pages::counted(codes_count, "code"));
  if (codelist.signoffs_count > 0) {
    card.set_and_show("SIGNOFFS", pages::counted(codelist.signoffs_count, "sign-off"));
  }
  add_time(card, "TIME", codelist.newest.updated_at);
  add_strip(card, codelist.newest.counts);
}

std::string concept_path(std::string_view release, std::string_view code) {
  return "/releases/" + std::string(release) + "/code/" + http::percent_encode(code) + "/";
}

std::string concept_path(const finding::FoundCode& code) {
  return concept_path(code.release, code.code);
}

}  // namespace codelog::web
