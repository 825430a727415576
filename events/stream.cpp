#include "events/stream.h"

#include <charconv>

namespace codelog::events {
namespace {

constexpr std::string_view codelist_prefix = "codelist/";
constexpr std::string_view names_prefix = "names/";
constexpr std::string_view accounts_name = "accounts";

Stream made(std::string_view prefix, std::string_view rest) {
  return Stream(std::string(prefix).append(rest));
}

}  // namespace

Stream Stream::of_codelist(base::CodelistId id) {
  return made(codelist_prefix, std::to_string(id.value()));
}
Stream Stream::of_names(const Owner& owner) { return made(names_prefix, to_string(owner)); }
Stream Stream::of_user(const std::string& username) { return made("user/", username); }
Stream Stream::of_organisation(const std::string& slug) { return made("organisation/", slug); }
Stream Stream::of_accounts() { return Stream(std::string(accounts_name)); }
Stream Stream::of_release(const std::string& alias) { return made("release/", alias); }
Stream Stream::of_mapping(const std::string& mapping) { return made("mapping/", mapping); }
Stream Stream::of_refset(RefsetKind kind) { return made("refset/", to_string(kind)); }
Stream Stream::of_migration() { return Stream("migration"); }
Stream Stream::of_site() { return Stream("site"); }

std::optional<base::CodelistId> Stream::codelist() const {
  if (!name_.starts_with(codelist_prefix)) return std::nullopt;
  const char* const end = name_.data() + name_.size();
  std::uint32_t number = 0;
  const auto [rest, error] = std::from_chars(name_.data() + codelist_prefix.size(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return base::CodelistId(number);
}

bool Stream::is_about_names() const {
  return name_.starts_with(names_prefix) || name_ == accounts_name;
}

}  // namespace codelog::events
