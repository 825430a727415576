// Streams: what commits are about. A stream's version is the number of commits that have touched
// it, and the log refuses a commit that was decided on an earlier version (commit.h). The names are
// stored in every commit; they are made and parsed only here.
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "events/base/strong.h"
#include "events/event.h"

namespace codelog::events {

class Stream {
 public:
  Stream() = default;
  // Any name, as a commit stores it.
  explicit Stream(std::string name) : name_(std::move(name)) {}

  // A codelist with its versions.
  static Stream of_codelist(base::CodelistId id);
  // The names and slugs of an owner's codelists: no two may be equal.
  static Stream of_names(const Owner& owner);
  static Stream of_user(const std::string& username);
  static Stream of_organisation(const std::string& slug);
  // The names of all accounts: no two may be equal.
  static Stream of_accounts();
  static Stream of_release(const std::string& alias);
  static Stream of_mapping(const std::string& mapping);
  static Stream of_refset(RefsetKind kind);
  // Of migrations into this site.
  static Stream of_migration();
  // The settings of the whole site.
  static Stream of_site();

  const std::string& name() const { return name_; }
  // The codelist, if this is the stream of one.
  std::optional<base::CodelistId> codelist() const;
  // True for streams that only keep names apart. A commit that touches one of them also touches the
  // stream of what has the name.
  bool is_about_names() const;

  // For decoding into used memory.
  void assign(std::string_view name) { name_.assign(name); }

  auto operator<=>(const Stream&) const = default;

 private:
  std::string name_;
};

}  // namespace codelog::events

template <>
struct std::hash<codelog::events::Stream> {
  std::size_t operator()(const codelog::events::Stream& stream) const noexcept {
    return std::hash<std::string>{}(stream.name());
  }
};
