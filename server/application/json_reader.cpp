#include "server/application/json_reader.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "events/base/text.h"

namespace codelog::application {
namespace {

using nlohmann::json;

// Builds the tree while the parser reads, so that limits are checked before memory is used.
class Builder final : public nlohmann::json_sax<json> {
 public:
  Builder(std::string_view text, DuplicateKeys duplicates) : text_(text), duplicates_(duplicates) {}

  json take() { return std::move(root_); }
  base::Error error() const {
    if (!field_.empty()) return base::field_error(base::ErrorCode::invalid, field_, failure_);
    return {base::ErrorCode::invalid, "the body is not JSON: " + failure_, {}};
  }

  bool null() override { return add(json(nullptr)) != nullptr; }
  bool boolean(bool value) override { return add(json(value)) != nullptr; }
  bool number_integer(number_integer_t value) override { return add(json(value)) != nullptr; }
  bool number_unsigned(number_unsigned_t value) override { return add(json(value)) != nullptr; }
  bool number_float(number_float_t value, const string_t&) override {
    return add(json(value)) != nullptr;
  }
  bool string(string_t& value) override { return add(json(std::move(value))) != nullptr; }
  bool binary(binary_t&) override { return fail("binary values are not JSON"); }

  bool start_object(std::size_t) override { return open(json::object()); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    json& object = *open_.back();
    if (duplicates_ == DuplicateKeys::refused && object.contains(name)) {
      return fail("the key \"" + name + "\" is repeated");
    }
    key_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    if (const auto name = number_of_python(position); !name.empty()) {
      field_ = place();
      return fail("must not be " + std::string(name) + ", which JSON does not have; give null");
    }
    const std::string_view why = error.what();
    if (why.find("UTF-8") != std::string_view::npos) {
      return fail("it is not well-formed UTF-8 at byte " +
                  std::to_string(base::utf8_bytes(text_) + 1));
    }
    return fail("it is incomplete or malformed at byte " + std::to_string(position));
  }

 private:
  json* add(json value) {
    if (++values_count_ > json_values_max) {
      fail("it has more than " + std::to_string(json_values_max) + " values");
      return nullptr;
    }
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    json& parent = *open_.back();
    if (parent.is_array()) return &parent.get_ref<json::array_t&>().emplace_back(std::move(value));
    json& place = parent[key_];
    place = std::move(value);
    return &place;
  }

  bool open(json container) {
    if (open_.size() == json_depth_max) {
      return fail("it is nested more than " + std::to_string(json_depth_max) + " levels deep");
    }
    json* const added = add(std::move(container));
    if (added == nullptr) return false;
    // An open value stays in place, because its siblings are added only after it is closed.
    open_.push_back(added);
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  bool fail(std::string why) {
    failure_ = std::move(why);
    return false;
  }

  // Python's notation for a number that JSON lacks, if the parser stopped at the first letter of
  // one, after `position` bytes of the text; otherwise "".
  std::string_view number_of_python(std::size_t position) const {
    if (position == 0 || position > text_.size()) return {};
    const std::string_view rest = text_.substr(position - 1);
    std::string_view before = text_.substr(0, position - 1);
    const bool is_negative = before.ends_with('-');
    if (is_negative) before.remove_suffix(1);
    const auto last = before.find_last_not_of(" \t\r\n");
    const bool is_in_object = !open_.empty() && open_.back()->is_object();
    const bool is_key = is_in_object && (last == std::string_view::npos || before[last] != ':');
    if (is_key) return {};
    if (rest.starts_with("NaN") && !is_negative) return "NaN";
    if (!rest.starts_with("Infinity")) return {};
    return is_negative ? "-Infinity" : "Infinity";
  }

  // The path of the next value: "references[0].url".
  std::string place() const {
    std::string path;
    for (std::size_t i = 0; i < open_.size(); ++i) {
      const json* const child = i + 1 < open_.size() ? open_[i + 1] : nullptr;
      if (open_[i]->is_array()) {
        const std::size_t index = child != nullptr ? open_[i]->size() - 1 : open_[i]->size();
        path += "[" + std::to_string(index) + "]";
        continue;
      }
      path += (path.empty() ? "" : ".") + (child != nullptr ? key_of(*open_[i], *child) : key_);
    }
    return path.empty() ? "body" : path;
  }

  static std::string key_of(const json& object, const json& child) {
    for (const auto& [key, value] : object.items()) {
      if (&value == &child) return key;
    }
    return "";
  }

  const std::string_view text_;
  const DuplicateKeys duplicates_;
  json root_;
  std::vector<json*> open_;
  std::string key_;
  std::size_t values_count_ = 0;
  std::string failure_;
  std::string field_;  // the field that the error is about, if any
};

}  // namespace

base::Result<json> parse_json(std::string_view text, DuplicateKeys duplicates) {
  Builder builder(text, duplicates);
  if (!json::sax_parse(text, &builder)) return builder.error();
  return builder.take();
}

}  // namespace codelog::application
