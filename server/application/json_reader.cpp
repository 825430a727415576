#include "server/application/json_reader.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace codelog::application {
namespace {

using nlohmann::json;

// Builds the tree while the parser reads, so that limits hold before memory is spent.
class Builder final : public nlohmann::json_sax<json> {
 public:
  explicit Builder(DuplicateKeys duplicates) : duplicates_(duplicates) {}

  json take() { return std::move(root_); }
  const std::string& failure() const { return failure_; }

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
      return fail("the key \"" + name + "\" is there twice");
    }
    key_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    const std::string_view text = error.what();
    const bool utf8 = text.find("UTF-8") != std::string_view::npos;
    return fail(
        (utf8 ? "it is not well-formed UTF-8 at byte " : "it breaks off or goes wrong at byte ") +
        std::to_string(position));
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
    // Stays where it is while it is open: its siblings come after it is closed.
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

  const DuplicateKeys duplicates_;
  json root_;
  std::vector<json*> open_;
  std::string key_;
  std::size_t values_count_ = 0;
  std::string failure_;
};

}  // namespace

base::Result<json> parse_json(std::string_view text, DuplicateKeys duplicates) {
  Builder builder(duplicates);
  if (!json::sax_parse(text, &builder)) {
    return base::Error{base::ErrorCode::invalid, "the body is not JSON: " + builder.failure(), {}};
  }
  return builder.take();
}

}  // namespace codelog::application
