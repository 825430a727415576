// Forms: their fields, and what was wrong with them. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/base/result.h"
#include "server/pages/template.h"

namespace codelog::web {

using Choices = std::vector<std::pair<std::string, std::string>>;  // values with their labels

enum class FieldKind : std::uint8_t {
  text,
  text_area,
  choice,
  radios,
  csv_file,
  checkbox,  // sends its only choice, or nothing
  hidden,
  account,  // tells password managers whose password it is; is not sent
};

struct Field {
  FieldKind kind = FieldKind::text;
  std::string name;
  std::string label = {};
  std::string value = {};  // of a choice: the chosen one
  std::string hint = {};
  std::string type = "text";  // of <input>: "password"
  std::string autocomplete = {};
  bool is_required = true;
  bool is_markdown = false;  // of a text area: shows beside it what it becomes
  Choices choices = {};
};

struct FieldSet {
  std::string legend;  // empty: no frame around the fields
  std::vector<Field> fields;
};

// What was wrong with a form that was sent.
class Problems {
 public:
  Problems() = default;
  explicit Problems(std::string sentence);
  explicit Problems(const base::Error& error);
  Problems(std::string field, std::string sentence);

  bool empty() const { return problems_.empty(); }
  // Of this field; "" for none.
  std::string_view of(std::string_view field) const;

  struct Problem {
    std::string field;  // empty: of none
    std::string detail;
  };
  const std::vector<Problem>& all() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

struct Form {
  std::string action;
  std::string button;
  std::vector<Field> fields = {};
  std::vector<FieldSet> sets = {};  // below the fields
  std::string sentence = {};        // above them
  bool is_inline = false;           // one small button in a table
  std::string button_label = {};    // says what the button is about, where several have its text
  bool is_destructive = false;
  std::string island = {};  // a script that makes it livelier, with its properties as JSON
  std::string properties = {};
};

// The form, with problems beside its fields. If it is off, nobody can send it, and the frame says
// why (pages::Frame::read_only).
pages::Html form_html(const Form& form, std::string_view token, const Problems& problems = {},
                      bool is_off = false);

// All problems in one box, each leading to its field; nothing without any.
pages::Html problems_html(const Form& form, const Problems& problems);

}  // namespace codelog::web
