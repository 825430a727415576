// HTML from templates: the files of server/web/pages, with values filled in. A template escapes
// each value by its place (text, attribute, address), so values are plain text; HTML that a
// template made before is an Html.
//
// A template that does not exist, or has an error, is a fault of the program (checked at the first
// use of any). Values belong to one thread; making them needs no lock.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace ctemplate {
class TemplateDictionary;
}

namespace codelog::pages {

// HTML that is safe to show as it is.
struct Html {
  std::string text;
  bool empty() const { return text.empty(); }
};

// Escapes text for use in HTML content and quoted attributes: for HTML that no template makes.
std::string escape_html(std::string_view text);

// The values of one section of a template, or of a template that it includes. Refers to the values
// of the whole template, and must not outlive them.
class Section {
 public:
  // A name that is not set shows nothing.
  Section& set(std::string_view name, std::string_view text);
  Section& set(std::string_view name, const Html& html);
  // Sets a text, and shows the section of the same name; neither for an empty text.
  Section& set_and_show(std::string_view name, std::string_view text);
  // Shows a section once.
  Section& show(std::string_view section);
  Section& show_if(bool condition, std::string_view section);
  // Shows a section once more, with values of its own beside those around it.
  Section add(std::string_view section);
  // Puts a template at a place {{>NAME}}, once more for each call. It sees none of the values
  // around it.
  Section include(std::string_view place, std::string_view template_name);

 protected:
  explicit Section(ctemplate::TemplateDictionary* values) : values_(values) {}
  ctemplate::TemplateDictionary* values_;
};

class Template : public Section {
 public:
  // "home.html"
  explicit Template(std::string_view name);
  ~Template();
  Template(const Template&) = delete;
  Template& operator=(const Template&) = delete;

  // The HTML with the values set so far.
  Html expand() const;

 private:
  std::string name_;
  std::unique_ptr<ctemplate::TemplateDictionary> owned_;
};

// "1,204,318"
std::string grouped(std::uint64_t number);
// "1 code", "1,204 codes"
std::string counted(std::uint64_t count, std::string_view noun);
// "30 Nov 2026", of "2026-11-30"; other texts as they are.
std::string day_of(std::string_view date);

}  // namespace codelog::pages
