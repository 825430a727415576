#include "server/pages/template.h"

#include <ctemplate/template.h>
#include <ctemplate/template_cache.h>

#include <array>
#include <charconv>

#include "events/base/check.h"
#include "events/base/clock.h"
#include "server/pages/assets.h"
#include "server/pages/embedded_files.h"

namespace codelog::pages {
namespace {

constexpr ctemplate::Strip strip = ctemplate::STRIP_BLANK_LINES;
constexpr std::string_view folder = "pages/";

ctemplate::TemplateString of(std::string_view text) { return {text.data(), text.size()}; }

// All templates, parsed. Never changes after that, so that expanding takes no lock.
const ctemplate::TemplateCache& cache() {
  static const ctemplate::TemplateCache* const all = [] {
    auto* const loaded = new ctemplate::TemplateCache;  // lives as long as the program
    for (const EmbeddedFile& file : embedded_files(folder)) {
      const std::string_view name = file.path.substr(folder.size());
      const bool is_good = loaded->StringToTemplateCache(of(name), of(file.bytes), strip);
      CODELOG_CHECK(is_good, "a template has an error: " + std::string(name));
    }
    loaded->Freeze();
    return loaded;
  }();
  return *all;
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#x27;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

Section& Section::set(std::string_view name, std::string_view text) {
  values_->SetValue(of(name), of(text));
  return *this;
}

Section& Section::set(std::string_view name, const Html& html) { return set(name, html.text); }

Section& Section::set_and_show(std::string_view name, std::string_view text) {
  if (text.empty()) return *this;
  values_->SetValueAndShowSection(of(name), of(text), of(name));
  return *this;
}

Section& Section::show(std::string_view section) {
  values_->ShowSection(of(section));
  return *this;
}

Section& Section::show_if(bool condition, std::string_view section) {
  return condition ? show(section) : *this;
}

Section Section::add(std::string_view section) {
  return Section(values_->AddSectionDictionary(of(section)));
}

Section Section::include(std::string_view place, std::string_view template_name) {
  ctemplate::TemplateDictionary* const values = values_->AddIncludeDictionary(of(place));
  values->SetFilename(of(template_name));
  return Section(values);
}

Template::Template(std::string_view name) : Section(nullptr), name_(name) {
  owned_ = std::make_unique<ctemplate::TemplateDictionary>(of(name_));
  values_ = owned_.get();
  values_->SetTemplateGlobalValue("ICONS", of(site_assets().path_of("icons.svg")));
}

Template::~Template() = default;

Html Template::expand() const {
  Html html;
  ctemplate::StringEmitter emitter(&html.text);
  const bool is_good = cache().ExpandNoLoad(of(name_), strip, owned_.get(), nullptr, &emitter);
  CODELOG_CHECK(is_good, "there is no template " + name_);
  return html;
}

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return grouped(count).append(" ").append(noun).append(count == 1 ? "" : "s");
}

std::string day_of(std::string_view date) {
  if (!base::is_date(date)) return std::string(date);
  constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::size_t month = 0;
  std::from_chars(date.data() + 5, date.data() + 7, month);
  const std::string_view day = date.substr(8, 2);
  return std::string(day.starts_with('0') ? day.substr(1) : day)
      .append(" ")
      .append(months.at(month - 1))
      .append(" ")
      .append(date.substr(0, 4));
}

}  // namespace codelog::pages
