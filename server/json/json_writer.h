// Writes JSON text straight into a string, for answers too large or too frequent to build as a tree
// first (a 10,000-code version takes well under a millisecond).
//
// The caller must call in the right order: a key() before every value of an object. Text that is
// not UTF-8 is repaired with U+FFFD, so that the output is always JSON. A value, for one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace codelog::json {

enum class JsonStyle {
  compact,  // no space between tokens, text unchanged: the native API
  python,   // byte for byte as Python's json.dumps (", ", ": ", ASCII only): OpenCodelists' API
};

class JsonWriter {
 public:
  explicit JsonWriter(JsonStyle style = JsonStyle::compact, std::size_t reserve_bytes = 1024);

  JsonWriter& begin_object() { return begin('{'); }
  JsonWriter& end_object() { return end('}'); }
  JsonWriter& begin_array() { return begin('['); }
  JsonWriter& end_array() { return end(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(bool truth);
  JsonWriter& value(std::uint64_t number);
  JsonWriter& value(double number);  // finite
  JsonWriter& null();
  JsonWriter& value(const std::optional<std::string>& text) {
    return text ? value(std::string_view(*text)) : null();
  }
  template <class Value>
  JsonWriter& field(std::string_view name, const Value& content) {
    return key(name).value(content);
  }

  std::size_t size_bytes() const { return out_.size(); }
  std::string take() { return std::move(out_); }

 private:
  JsonWriter& begin(char bracket);
  JsonWriter& end(char bracket);
  void separate();
  void append_text(std::string_view text);
  void append_escape(std::uint32_t code_point);

  const JsonStyle style_;
  std::string out_;
  bool needs_comma_ = false;
};

}  // namespace codelog::json
