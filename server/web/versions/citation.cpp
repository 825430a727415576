#include "server/web/versions/citation.h"

#include <nlohmann/json.hpp>
#include <string>

#include "events/base/version_hash.h"
#include "server/files/downloads.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using Dataset = nlohmann::ordered_json;

// schema.org's readers want at least this much of a description.
constexpr std::size_t description_bytes_min = 50;

struct Citation {
  std::string owner;
  std::string name;     // of the codelist
  std::string version;  // its tag or hash
  std::string date;     // 2026-11-30
  std::string address;
  std::string key;

  std::string year() const { return date.substr(0, 4); }
};

// Characters that LaTeX would take as commands. Braces would have to balance, so they go.
std::string latex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
      case '%':
      case '$':
      case '#':
      case '_':
        out += '\\';
        out += c;
        break;
      case '\\':
        out += "\\textbackslash ";
        break;
      case '~':
        out += "\\textasciitilde ";
        break;
      case '^':
        out += "\\textasciicircum ";
        break;
      case '{':
      case '}':
        break;
      default:
        out += c;
    }
  }
  return out;
}

// Of characters that every program for references takes.
std::string key_of(std::string key) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.:").find(c) != std::string_view::npos;
  };
  for (char& c : key) {
    if (!is_plain(c)) c = '-';
  }
  return key;
}

// The second braces keep the name of an organisation, and capital letters, as they are.
std::string bibtex(const Citation& citation) {
  return "@misc{" + citation.key + ",\n" +                                    //
         "  author = {{" + latex(citation.owner) + "}},\n" +                  //
         "  title = {{" + latex(citation.name) + "}},\n" +                    //
         "  year = {" + citation.year() + "},\n" +                            //
         "  note = {Codelist, version " + latex(citation.version) + "},\n" +  //
         "  url = {" + citation.address + "}\n}";
}

std::string description_of(const commands::NamedVersion& named, const Citation& citation) {
  std::string text = named.codelist.description.value_or("");
  if (text.size() >= description_bytes_min) return text;
  if (!text.empty()) text += " — ";
  return text + citation.name + ", a " + system_name(named.codelist.coding_system) +
         " codelist of " + citation.owner + ", version " + citation.version + ".";
}

std::string dataset(const Visit& visit, const commands::NamedVersion& named,
                    const Citation& citation) {
  const auto& [codelist, version] = named;
  const projections::Handle& handle = codelist.handle();
  const bool is_person = handle.owner.kind == events::OwnerKind::user;
  Dataset data = {{"@context", "https://schema.org"},
                  {"@type", "Dataset"},
                  {"name", citation.name},
                  {"description", description_of(named, citation)},
                  {"url", citation.address},
                  {"identifier", base::version_hash(version.id)},
                  {"version", citation.version},
                  {"creator",
                   {{"@type", is_person ? "Person" : "Organization"},
                    {"name", citation.owner},
                    {"url", visit.address_of(owner_path(handle.owner))}}},
                  {"dateCreated", citation.date},
                  {"dateModified", base::format_date(version.updated_at)},
                  {"isAccessibleForFree", true},
                  {"measurementTechnique", system_name(codelist.coding_system)}};
  if (!codelist.tags.empty()) data["keywords"] = codelist.tags;
  if (files::is_downloadable(visit.views(), codelist, version)) {
    data["distribution"] = Dataset::array({{{"@type", "DataDownload"},
                                            {"encodingFormat", "text/csv"},
                                            {"contentUrl", citation.address + "download.csv"}}});
  }
  std::string text = data.dump(-1, ' ', true, Dataset::error_handler_t::replace);
  // A text must not end the element that holds it.
  for (std::size_t at = 0; (at = text.find('<', at)) != std::string::npos;) {
    text.replace(at, 1, "\\u003c");
  }
  return text;
}

}  // namespace

void add_citation(const Visit& visit, pages::Section& page, const commands::NamedVersion& named) {
  const auto& [codelist, version] = named;
  const std::string name = commands::tag_or_hash(version);
  const Citation citation{.owner = owner_name(visit.views(), codelist.handle().owner),
                          .name = codelist.handle().name,
                          .version = name,
                          .date = base::format_date(version.created_at),
                          .address = visit.address_of(commands::page_of(codelist, version)),
                          .key = key_of(codelist.handle().slug + "-" + name)};
  pages::Section shown = page.add("CITE");
  shown.set("OWNER", citation.owner).set("YEAR", citation.year()).set("NAME", citation.name);
  shown.set("VERSION", citation.version).set("ADDRESS", citation.address);
  shown.set("BIBTEX", bibtex(citation));
  page.set("DATASET", pages::Html{dataset(visit, named, citation)});
}

}  // namespace codelog::web
