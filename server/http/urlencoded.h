// Percent-encoding, query strings and forms: names and values in their original order, with
// repeated keys.
//
// Decoding never fails, as in Python: a broken escape stays unchanged, and bytes that are not UTF-8
// become U+FFFD, so that all text behind the HTTP edge is UTF-8. Pure functions; linear in the
// text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codelog::http {

class Parameters {
 public:
  struct Entry {
    std::string name;
    std::string value;  // "" for `?name` and for `?name=`
    bool operator==(const Entry&) const = default;
  };

  void add(std::string name, std::string value);
  void clear() { entries_.clear(); }

  bool has(std::string_view name) const;
  // The last value for the name, as in Django's QueryDict; `otherwise` if there is none.
  std::string_view get(std::string_view name, std::string_view otherwise = {}) const;
  std::vector<std::string_view> all(std::string_view name) const;

  const std::vector<Entry>& entries() const { return entries_; }
  std::size_t size() const { return entries_.size(); }

 private:
  std::vector<Entry> entries_;
};

enum class PlusSign { literal, space };  // literal in paths, space in queries and forms

// Appends the decoded text.
void append_decoded(std::string_view encoded, PlusSign plus, std::string& out);

// Appends the text, replacing each longest start of a broken UTF-8 sequence with one U+FFFD
// (Python's errors="replace").
void append_valid_utf8(std::string_view text, std::string& out);

// Adds the pairs of "a=1&b&c=%20" to `out`. Returns false beyond `pairs_max`; the content of `out`
// is then unspecified.
[[nodiscard]] bool parse_urlencoded(std::string_view text, std::size_t pairs_max, Parameters& out);

// Escapes everything except unreserved characters (RFC 3986, 2.3).
std::string percent_encode(std::string_view text);

}  // namespace codelog::http
