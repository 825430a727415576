#include "server/json/json_reader.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>  // Boost's parser is used without its library
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "events/base/text.h"

namespace codelog::json {
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

// Passes what Boost's parser reads to a Builder, and stops at what is not read alike.
class QuickReader {
 public:
  using Text = boost::json::string_view;
  using Stop = boost::json::error_code;

  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  explicit QuickReader(Builder& builder) : builder_(builder) {}

  bool on_document_begin(Stop&) { return true; }
  bool on_document_end(Stop&) { return true; }
  bool on_object_begin(Stop& stop) { return go_on(builder_.start_object(0), stop); }
  bool on_object_end(std::size_t, Stop& stop) { return go_on(builder_.end_object(), stop); }
  bool on_array_begin(Stop& stop) { return go_on(builder_.start_array(0), stop); }
  bool on_array_end(std::size_t, Stop& stop) { return go_on(builder_.end_array(), stop); }
  bool on_key_part(Text part, std::size_t, Stop&) { return add_part(part); }
  bool on_key(Text last, std::size_t, Stop& stop) {
    add_part(last);
    return go_on(builder_.key(text_), stop) && begin_text();
  }
  bool on_string_part(Text part, std::size_t, Stop&) { return add_part(part); }
  bool on_string(Text last, std::size_t, Stop& stop) {
    add_part(last);
    return go_on(builder_.string(text_), stop) && begin_text();
  }
  bool on_number_part(Text, Stop&) { return true; }
  bool on_int64(std::int64_t value, Text text, Stop& stop) {
    // nlohmann's parser takes -0 for a number with a sign.
    if (value < 0) return go_on(builder_.number_integer(value), stop);
    const bool is_read =
        !text.starts_with('-') && builder_.number_unsigned(static_cast<std::uint64_t>(value));
    return go_on(is_read, stop);
  }
  bool on_uint64(std::uint64_t value, Text, Stop& stop) {
    return go_on(builder_.number_unsigned(value), stop);
  }
  // Boost 1.81 rounds fractions otherwise.
  bool on_double(double, Text, Stop& stop) { return go_on(false, stop); }
  bool on_bool(bool value, Stop& stop) { return go_on(builder_.boolean(value), stop); }
  bool on_null(Stop& stop) { return go_on(builder_.null(), stop); }
  bool on_comment_part(Text, Stop&) { return true; }
  bool on_comment(Text, Stop&) { return true; }

 private:
  static bool go_on(bool should, Stop& stop) {
    if (!should) stop = boost::json::error::exception;
    return should;
  }
  bool add_part(Text part) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool begin_text() {
    text_.clear();  // the builder may have moved it away
    return true;
  }

  Builder& builder_;
  std::string text_;
};

// Reads most bodies several times as fast as nlohmann's parser. False for all others: these have an
// error, a fraction, a number beyond 64 bits, or a byte order mark.
bool read_quickly(std::string_view text, Builder& builder) {
  boost::json::parse_options options;
  options.max_depth = json_depth_max + 1;  // the builder's limit comes first
  boost::json::basic_parser<QuickReader> parser(options, builder);
  boost::json::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  return !error && read == text.size();
}

}  // namespace

base::Result<json> parse_json(std::string_view text, DuplicateKeys duplicates) {
  Builder quick(text, duplicates);
  if (read_quickly(text, quick)) return quick.take();
  Builder builder(text, duplicates);  // This one gives the error.
  if (!json::sax_parse(text, &builder)) return builder.error();
  return builder.take();
}

}  // namespace codelog::json
