#include "coding_systems/icd10/claml.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "coding_systems/icd10/index_rows.h"

namespace codelog::coding_systems::icd10 {
namespace {

constexpr std::size_t chapter_bytes_max = 7;      // size of the column
constexpr std::size_t shown_code_bytes_max = 32;  // errors do not repeat longer ones
constexpr std::uint64_t entries_per_progress = 256;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_three_characters(std::string_view code) {
  return code.size() == 3 && is_upper(code[0]) && is_digit(code[1]) && is_digit(code[2]);
}

std::string without_dots(std::string_view text) {
  std::string code(text);
  std::erase(code, '.');
  return code;
}

std::string shown(std::string_view text) {
  return text.size() <= shown_code_bytes_max
             ? std::string(text)
             : std::string(text.substr(0, shown_code_bytes_max)) + "...";
}

void append_collapsed(std::string_view text, std::string& collapsed) {
  for (const char c : text) {
    if (!is_space(c)) {
      collapsed += c;
    } else if (!collapsed.empty() && collapsed.back() != ' ') {
      collapsed += ' ';
    }
  }
}

std::string collapse(std::string_view text) {
  std::string collapsed;
  append_collapsed(text, collapsed);
  if (collapsed.ends_with(' ')) collapsed.pop_back();
  return collapsed;
}

// The code of a reference: "B65.-", "A17.0+" and "G01*" are written for people.
std::string partner_code(std::string_view text) {
  std::string code;
  for (const char c : collapse(text)) {
    if (is_upper(c) || is_digit(c) || c == '-') code += c;
  }
  while (code.ends_with('-')) code.pop_back();
  return code;
}

bool breaks_text(std::string_view element) {
  constexpr std::array<std::string_view, 6> names = {"Label",    "Para", "Fragment",
                                                     "ListItem", "Row",  "Cell"};
  return std::ranges::find(names, element) != names.end();
}

// A <Reference>: the code recorded together with a dagger or asterisk code.
struct Reference {
  std::optional<Usage> usage;
  std::string code;  // from an attribute; empty without one
  bool is_in_brackets = false;
  std::string text;
};
struct Partner {
  Usage usage = Usage::normal;
  std::string code;
};

class ClamlHandler final : public XmlHandler {
 public:
  ClamlHandler(const XmlReader& reader, ImportStages& stages, std::uint64_t bytes_before,
               CountedNotices& notices, Claml& claml)
      : reader_(reader),
        stages_(stages),
        bytes_before_(bytes_before),
        notices_(notices),
        claml_(claml) {}

  base::Result<void> start(std::string_view name,
                           std::span<const XmlAttribute> attributes) override {
    if (depth_++ == 0 && name != "ClaML") return refuse("the root element is not <ClaML>");
    if (name == "Class") return begin_class(attributes);
    if (name == "ModifierClass") return begin_character(attributes);
    if (entry_ == nullptr) return {};
    if (name == "Reference") return begin_reference(attributes);
    // Marks inside a class decide only if the class itself gives no usage.
    if (const auto usage = find_attribute(attributes, "usage"); usage && !own_usage_) {
      if (auto noted = note_usage(*usage, descendant_usage_); !noted) return noted;
    }
    if (name == "Rubric") return begin_rubric(attributes);
    if (breaks_text(name)) text_ += ' ';
    if (name == "Label") is_in_label_ = rubric_.has_value();
    return character_ ? base::Result<void>() : start_in_class(name, attributes);
  }

  base::Result<void> end(std::string_view name) override {
    --depth_;
    if (entry_ == nullptr) return {};
    if (name == "Label") is_in_label_ = false;
    if (breaks_text(name)) text_ += ' ';
    if (name == "Reference") return end_reference();
    if (name == "Rubric") return end_rubric();
    if (name == "Class" || name == "ModifierClass") return end_entry();
    return {};
  }

  base::Result<void> text(std::string_view text) override {
    if (!is_in_label_) return {};
    (reference_ ? reference_->text : text_) += text;
    return {};
  }

 private:
  base::Error refuse(std::string_view detail) const {
    const std::string of_entry =
        entry_ == nullptr ? "" : (character_ ? "modifier class " : "class ") + shown_code_ + ": ";
    return reader_.error_here(of_entry + std::string(detail));
  }

  base::Result<void> begin_entry(ClamlEntry& entry, std::string_view shown_code,
                                 std::span<const XmlAttribute> attributes) {
    entry_ = &entry;
    shown_code_ = shown(shown_code);
    entry.line = reader_.line_number();
    own_usage_.reset();
    descendant_usage_.reset();
    preferred_count_ = 0;
    long_term_.reset();
    references_.clear();
    const auto usage = find_attribute(attributes, "usage");
    return usage ? note_usage(*usage, own_usage_) : base::Result<void>();
  }

  base::Result<void> begin_class(std::span<const XmlAttribute> attributes) {
    if (entry_ != nullptr) return refuse("a <Class> stands inside");
    const auto code = find_attribute(attributes, "code");
    if (!code || code->empty()) return refuse("a <Class> has no code");
    ClamlClass& added = class_.emplace();
    added.code = without_dots(*code);
    if (auto begun = begin_entry(added, *code, attributes); !begun) return begun;
    const auto level = level_of_code(added.code);
    if (!level) return refuse("this is not the format of a code of ICD-10");
    const auto kind = find_attribute(attributes, "kind");
    if (!kind) return refuse("it has no kind");
    if (*kind != name_of(*level)) {
      return refuse("its kind is '" + shown(*kind) + "', but its code is that of a " +
                    std::string(name_of(*level)));
    }
    added.level = *level;
    return {};
  }

  base::Result<void> begin_character(std::span<const XmlAttribute> attributes) {
    if (entry_ != nullptr) return refuse("a <ModifierClass> stands inside");
    const auto code = find_attribute(attributes, "code");
    const auto modifier = find_attribute(attributes, "modifier");
    if (!code || !modifier) return refuse("a <ModifierClass> lacks its code or its modifier");
    ModifierCharacter& added = character_.emplace();
    added.code = without_dots(*code);
    added.modifier = *modifier;
    const std::string shown_code = std::string(*modifier) + " " + std::string(*code);
    if (auto begun = begin_entry(added, shown_code, attributes); !begun) return begun;
    if (added.code.size() == 1 && is_digit(added.code.front())) return {};
    return refuse("its code is not one digit");
  }

  base::Result<void> start_in_class(std::string_view name,
                                    std::span<const XmlAttribute> attributes) {
    const bool is_relation = name == "SuperClass" || name == "ModifiedBy" ||
                             name == "ExcludeModifier" || name == "ValidModifierClass";
    if (!is_relation) return {};
    const auto code = find_attribute(attributes, "code");
    if (!code || code->empty()) return refuse("a <" + std::string(name) + "> has no code");
    if (name == "ModifiedBy") {
      class_->modified_by.push_back({std::string(*code), ""});
    } else if (name == "ExcludeModifier") {
      class_->excluded_modifiers.emplace_back(*code);
    } else if (name == "ValidModifierClass") {
      if (class_->modified_by.empty()) return refuse("a <ValidModifierClass> is of no modifier");
      class_->modified_by.back().characters += without_dots(*code);
    } else {
      if (!class_->parent.empty()) return refuse("it has more than one <SuperClass>");
      class_->parent = without_dots(*code);
    }
    return {};
  }

  base::Result<void> note_usage(std::string_view text, std::optional<Usage>& noted) {
    const Usage usage = usage_named(text);
    if (text != name_of(usage)) {
      notices_.add("classes have a usage that is unknown; it is left out",
                   shown_code_ + " '" + shown(text) + "'");
      return {};
    }
    if (noted && *noted != usage) return refuse("it is both dagger and asterisk");
    noted = usage;
    return {};
  }

  base::Result<void> begin_rubric(std::span<const XmlAttribute> attributes) {
    if (rubric_) return refuse("a <Rubric> stands inside a <Rubric>");
    const auto kind = find_attribute(attributes, "kind");
    if (!kind) return refuse("a <Rubric> has no kind");
    const auto found = std::ranges::find(rubric_kinds, *kind);
    if (found != rubric_kinds.end()) {
      rubric_ = *found;
    } else if (*kind == preferred || *kind == preferred_long) {
      rubric_ = *kind == preferred ? preferred : preferred_long;
    } else {
      notices_.add("rubrics are left out, since their kind is unknown", "'" + shown(*kind) + "'");
      rubric_ = unknown_rubric;
    }
    text_.clear();
    return {};
  }

  base::Result<void> begin_reference(std::span<const XmlAttribute> attributes) {
    if (!is_in_label_) return {};
    if (reference_) return refuse("a <Reference> stands inside a <Reference>");
    Reference& reference = reference_.emplace();
    reference.code = find_attribute(attributes, "code").value_or("");
    reference.is_in_brackets = find_attribute(attributes, "class") == "in brackets";
    const auto usage = find_attribute(attributes, "usage");
    return usage ? note_usage(*usage, reference.usage) : base::Result<void>();
  }

  base::Result<void> end_reference() {
    if (!reference_) return {};
    const bool is_partner = reference_->usage && *reference_->usage != Usage::normal;
    if (is_partner) {
      auto code = partner_code(reference_->code.empty() ? reference_->text : reference_->code);
      if (code.empty()) {
        notices_.add(
            "references to a dagger or asterisk code are left out, since they name no code",
            shown_code_);
      } else {
        references_.push_back({*reference_->usage, std::move(code)});
      }
    }
    const bool is_name = rubric_ == preferred || rubric_ == preferred_long;
    if (!(is_partner && is_name)) {
      text_ +=
          reference_->is_in_brackets ? " (" + collapse(reference_->text) + ")" : reference_->text;
    }
    reference_.reset();
    return {};
  }

  base::Result<void> end_rubric() {
    std::string text = collapse(text_);
    const std::string_view kind = *rubric_;
    rubric_.reset();
    if (kind == unknown_rubric) return {};
    if (kind != preferred && kind != preferred_long) {
      if (!text.empty()) entry_->rubrics.push_back({kind, std::move(text)});
      return {};
    }
    if (text.empty()) return refuse("its " + std::string(kind) + " rubric is empty");
    if (text.size() > term_bytes_max) {
      return refuse("its name is longer than " + std::to_string(term_bytes_max) + " bytes");
    }
    if (kind == preferred) {
      if (++preferred_count_ > 1) return refuse("it has more than one preferred rubric");
      entry_->short_term = std::move(text);
    } else {
      if (long_term_) return refuse("it has more than one preferredLong rubric");
      long_term_ = std::move(text);
    }
    return {};
  }

  base::Result<void> end_entry() {
    if (preferred_count_ == 0) return refuse("it has no preferred rubric");
    entry_->term = long_term_.value_or(entry_->short_term);
    entry_->usage = own_usage_.value_or(descendant_usage_.value_or(Usage::normal));
    for (const Partner& reference : references_) {
      if (entry_->usage == Usage::normal || reference.usage == entry_->usage) continue;
      entry_->partners.push_back(reference.code);
    }
    if (character_) {
      auto& characters = claml_.modifiers[character_->modifier];
      const bool is_there = std::ranges::any_of(
          characters, [&](const ModifierCharacter& other) { return other.code == entry_->code; });
      if (is_there) return refuse("it is there twice");
      characters.push_back(std::move(*character_));
      character_.reset();
    } else {
      if (class_->parent.empty() != (class_->level == Level::chapter)) {
        return refuse(class_->parent.empty() ? "it has no <SuperClass>"
                                             : "a chapter has a <SuperClass>");
      }
      claml_.classes.push_back(std::move(*class_));
      class_.reset();
    }
    entry_ = nullptr;
    if (claml_.classes.size() % entries_per_progress != 0) return {};
    return stages_.advance_to(bytes_before_ + reader_.bytes_read());
  }

  static constexpr std::string_view preferred = "preferred";
  static constexpr std::string_view preferred_long = "preferredLong";
  static constexpr std::string_view unknown_rubric{};

  const XmlReader& reader_;
  ImportStages& stages_;
  const std::uint64_t bytes_before_;
  CountedNotices& notices_;
  Claml& claml_;
  std::size_t depth_ = 0;

  // The current class or character.
  ClamlEntry* entry_ = nullptr;  // points to class_ or character_
  std::optional<ClamlClass> class_;
  std::optional<ModifierCharacter> character_;
  std::string shown_code_;
  std::optional<Usage> own_usage_;
  std::optional<Usage> descendant_usage_;
  int preferred_count_ = 0;
  std::optional<std::string> long_term_;
  std::vector<Partner> references_;

  // The current rubric.
  std::optional<std::string_view> rubric_;
  bool is_in_label_ = false;
  std::string text_;
  std::optional<Reference> reference_;
};

}  // namespace

base::Error Claml::error_at(const ClamlEntry& entry, std::string_view detail) const {
  return {base::ErrorCode::invalid,
          std::string(name) + ", line " + std::to_string(entry.line) + ": class " + entry.code +
              ": " + std::string(detail),
          {}};
}

base::Result<Claml> read_claml(std::string_view name, XmlReader::Read read, ImportStages& stages,
                               std::uint64_t bytes_before, CountedNotices& notices) {
  Claml claml;
  claml.name = name;
  XmlReader reader(std::string(name), std::move(read));
  ClamlHandler handler(reader, stages, bytes_before, notices, claml);
  if (auto done = reader.read(handler); !done) return done.error();
  if (claml.classes.empty()) return reader.error_here("the document has no classes");
  return claml;
}

std::optional<Level> level_of_code(std::string_view code) {
  const bool is_roman = !code.empty() && std::ranges::all_of(code, [](char c) {
    return c == 'I' || c == 'V' || c == 'X';
  });
  if (is_roman)
    return code.size() <= chapter_bytes_max ? std::optional(Level::chapter) : std::nullopt;
  if (code.size() == 7 && code[3] == '-') {
    if (is_three_characters(code.substr(0, 3)) && is_three_characters(code.substr(4))) {
      return Level::block;
    }
    return std::nullopt;
  }
  const bool is_category = code.size() <= 5 && is_three_characters(code.substr(0, 3)) &&
                           (code.size() < 4 || code[3] == 'X' || is_digit(code[3])) &&
                           (code.size() < 5 || is_digit(code[4]));
  return is_category ? std::optional(Level::category) : std::nullopt;
}

}  // namespace codelog::coding_systems::icd10
