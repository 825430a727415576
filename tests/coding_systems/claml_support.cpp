#include "claml_support.h"

#include <catch2/catch.hpp>

#include "coding_systems/icd10/import.h"

namespace codelog::tests {

std::string escape_xml(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '<':
        escaped += "&lt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string claml_document(const std::vector<std::string>& elements) {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ClaML version=\"2.0.0\">\n";
  for (const std::string& element : elements) text += element + "\n";
  return text + "</ClaML>\n";
}

std::string claml_rubric(const std::string& kind, const std::string& label) {
  return "<Rubric kind=\"" + kind + "\"><Label xml:lang=\"en\">" + label + "</Label></Rubric>";
}

std::string claml_class(const std::string& code, const std::string& parent, const std::string& name,
                        const ClamlParts& parts) {
  const std::string kind = parent.empty()                        ? "chapter"
                           : code.find('-') != std::string::npos ? "block"
                                                                 : "category";
  return "<Class code=\"" + code + "\" kind=\"" + kind + "\"" + parts.attributes + ">" +
         (parent.empty() ? "" : "<SuperClass code=\"" + parent + "\"/>") + parts.inside +
         claml_rubric("preferred", name) + "</Class>";
}

std::string modified_by(const std::string& modifier, const std::string& valid_digits) {
  std::string text = "<ModifiedBy code=\"" + modifier + "\">";
  for (const char digit : valid_digits) {
    text += "<ValidModifierClass code=\"." + std::string(1, digit) + "\"/>";
  }
  return text + "</ModifiedBy>";
}

std::string exclude_modifier(const std::string& modifier) {
  return "<ExcludeModifier code=\"" + modifier + "\"/>";
}

std::string claml_character(const std::string& modifier, const std::string& digit,
                            const std::string& name, const ClamlParts& parts) {
  return "<ModifierClass modifier=\"" + modifier + "\" code=\"" + digit + "\"" + parts.attributes +
         "><SuperClass code=\"" + modifier + "\"/>" + parts.inside +
         claml_rubric("preferred", name) + "</ModifierClass>";
}

std::string partner_reference(const std::string& usage, const std::string& code) {
  return "<Reference class=\"in brackets\" usage=\"" + usage + "\">" + code + "</Reference>";
}

void ClamlImport::write_2016(const std::vector<std::string>& elements) {
  write_bytes(sources / "icd102016en.xml", claml_document(elements));
}

void ClamlImport::write_2019(const std::vector<std::string>& elements) {
  write_bytes(sources / "icd102019en.xml", claml_document(elements));
}

void ClamlImport::write_nhs(const std::vector<std::string>& elements) {
  write_bytes(sources / "icd10_nhs_scraped_20250101000000.xml", claml_document(elements));
}

std::string ClamlImport::run(const std::filesystem::path& path) {
  const auto imported =
      coding_systems::import_icd10({.archive = path, .target_folder = target, .alias = "test_1"});
  if (!imported) return imported.error().detail;
  notices = imported->notices;
  return "";
}

std::string ClamlImport::run() { return run(sources); }

std::string ClamlImport::failure() {
  const std::string error = run();
  CHECK(files_in(target).empty());
  return error;
}

std::vector<std::string> ClamlImport::codes(const std::string& edition) const {
  std::vector<std::string> lines;
  for (const Row& row :
       query(file,
             "SELECT e.concept_id || ' ' || coalesce(c.parent_id, '-') || ' ' || e.kind || "
             "' ' || e.usage || ' ' || coalesce(e.modifier_position, 0) || ' ' || e.term || "
             "coalesce(' : ' || e.term_modifier, '') FROM icd10_conceptedition e "
             "JOIN icd10_concept c ON c.code = e.concept_id WHERE e.edition_id = '" +
                 edition + "' ORDER BY e.id")) {
    lines.push_back(row[0]);
  }
  return lines;
}

}  // namespace codelog::tests
