// Reading JSON that may be damaged: takes what has the right shape, and remembers if something had
// not. Not thread-safe.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "events/base/clock.h"
#include "events/base/digest.h"

namespace codelog::archive {

using Json = nlohmann::ordered_json;  // ordered, because people read it too

class JsonFields {
 public:
  explicit JsonFields(const Json& json) : json_(json), are_right_(json.is_object()) {}

  // False if a field was missing or had another type. Such fields read as empty or 0.
  bool are_right() const { return are_right_; }

  std::string text(const char* name) {
    const Json* value = find(name, &Json::is_string);
    return value != nullptr ? value->get<std::string>() : std::string();
  }
  std::uint64_t number(const char* name) {
    const Json* value = find(name, &Json::is_number_unsigned);
    return value != nullptr ? value->get<std::uint64_t>() : 0;
  }
  base::Timestamp time(const char* name) { return take(base::parse_timestamp(text(name))); }
  base::Sha256 digest(const char* name) { return take(base::parse_sha256(text(name))); }
  // Nothing if it is null.
  std::optional<base::Sha256> optional_digest(const char* name) {
    return is_null(name) ? std::nullopt : std::optional(digest(name));
  }
  std::optional<std::string> optional_text(const char* name) {
    return is_null(name) ? std::nullopt : std::optional(text(name));
  }
  // An array, empty if it is not one.
  const Json& array(const char* name) {
    static const Json none = Json::array();
    const Json* value = find(name, &Json::is_array);
    return value != nullptr ? *value : none;
  }
  bool is_null(const char* name) const {
    return json_.is_object() && json_.contains(name) && json_[name].is_null();
  }
  void refuse() { are_right_ = false; }

 private:
  const Json* find(const char* name, bool (Json::*has_type)() const noexcept) {
    const auto found = json_.is_object() ? json_.find(name) : json_.end();
    const bool is_right = json_.is_object() && found != json_.end() && (*found.*has_type)();
    if (!is_right) are_right_ = false;
    return is_right ? &*found : nullptr;
  }
  template <class Value>
  Value take(const std::optional<Value>& value) {
    if (!value) are_right_ = false;
    return value.value_or(Value{});
  }

  const Json& json_;
  bool are_right_;
};

}  // namespace codelog::archive
