#include "projections/keys.h"

#include "projections/record_codec.h"

namespace codelog::projections::keys {
namespace {

std::string number(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::string number(Position position) {
  return number(static_cast<std::uint32_t>(position.value() >> 32)) +
         number(static_cast<std::uint32_t>(position.value()));
}

std::string key(char kind, std::string_view rest) {
  std::string text(1, kind);
  text += rest;
  return text;
}

std::string pair(char kind, std::string_view first, std::string_view second) {
  std::string text(1, kind);
  text += first;
  text += '\0';
  text += second;
  return text;
}

std::string owner_text(const Owner& owner) {
  return (owner.kind == events::OwnerKind::organisation ? "o" : "u") + owner.name;
}

}  // namespace

std::string meta() { return "M"; }
std::string stream(std::string_view name) { return key('S', name); }
std::string user(std::string_view username) { return key('U', username); }
std::string token(const base::Sha256& digest) {
  return key('T', {reinterpret_cast<const char*>(digest.data()), digest.size()});
}
std::string session(const base::Sha256& digest) {
  return key('e', {reinterpret_cast<const char*>(digest.data()), digest.size()});
}
std::string organisation(std::string_view slug) { return key('O', slug); }
std::string member(std::string_view organisation, std::string_view username) {
  return pair('m', organisation, username);
}
std::string members_of(std::string_view organisation) { return pair('m', organisation, ""); }
std::string membership(std::string_view username, std::string_view organisation) {
  return pair('n', username, organisation);
}
std::string memberships_of(std::string_view username) { return pair('n', username, ""); }
std::string release(std::string_view alias) { return key('R', alias); }
std::string codelist(CodelistId id) { return key('C', number(id.value())); }
std::string handle_slug(const Owner& owner, std::string_view slug) {
  return pair('H', owner_text(owner), slug);
}
std::string handle_name(const Owner& owner, std::string_view name) {
  return pair('N', owner_text(owner), name);
}
std::string owned(const Owner& owner, CodelistId id) {
  return pair('o', owner_text(owner), number(id.value()));
}
std::string owned_by(const Owner& owner) { return pair('o', owner_text(owner), ""); }
std::string ever_owned(const Owner& owner, CodelistId id) {
  return ever_owned_by(owner) + number(id.value());
}
std::string ever_owned_by(const Owner& owner) { return pair('q', owner_text(owner), ""); }
std::string version(VersionId id) { return key('V', number(id.value())); }
std::string version_of(CodelistId codelist, VersionId id) {
  return key('v', number(codelist.value()) + number(id.value()));
}
std::string versions_of(CodelistId codelist) { return key('v', number(codelist.value())); }
std::string tagged_version(CodelistId codelist, std::string_view tag, VersionId id) {
  return versions_tagged(codelist, tag) + number(id.value());
}
std::string versions_tagged(CodelistId codelist, std::string_view tag) {
  return pair('t', number(codelist.value()) + std::string(tag), "");
}
std::string base_codes(VersionId id) { return key('B', number(id.value())); }
std::string code(VersionId id, std::string_view code) {
  std::string text = key('c', number(id.value()));
  text += code;
  return text;
}
std::string codes_of(VersionId id) { return key('c', number(id.value())); }
std::string csv_data(VersionId id) { return key('D', number(id.value())); }
std::string assumption(VersionId id, std::string_view code) {
  std::string text = key('a', number(id.value()));
  text += code;
  return text;
}
std::string assumptions_of(VersionId id) { return key('a', number(id.value())); }
std::string compatible(VersionId id, std::string_view alias) {
  std::string text = key('k', number(id.value()));
  text += alias;
  return text;
}
std::string compatible_with(VersionId id) { return key('k', number(id.value())); }
std::string mapping(std::string_view mapping, std::string_view valid_from, std::string_view name) {
  std::string text = pair('P', mapping, valid_from);
  text += '\0';
  text += name;
  return text;
}
std::string mappings_of(std::string_view mapping) { return pair('P', mapping, ""); }
std::string refset_version(events::RefsetKind kind, Position position) {
  return refset_versions(kind) + number(position);
}
std::string refset_versions(events::RefsetKind kind) { return {'F', static_cast<char>(kind)}; }
std::string upgrade_report(std::string_view alias) { return key('u', alias); }
std::string deleted_version(VersionId id) { return key('x', number(id.value())); }
std::string ended_version(VersionId id) { return key('E', number(id.value())); }
std::string withdrawn(const Owner& owner, std::string_view slug, std::string_view tag) {
  std::string text = pair('W', owner_text(owner), slug);
  text += '\0';
  text += tag;
  return text;
}
std::string closed_of(std::string_view username) { return pair('d', username, ""); }
std::string closed(std::string_view username, Position position, VersionId id) {
  return closed_of(username) + number(position) + number(id.value());
}
std::string search(VersionId version, SearchId id) {
  return key('s', number(version.value()) + number(id.value()));
}
std::string searches_of(VersionId version) { return key('s', number(version.value())); }
std::string reason(VersionId version, Position step) { return reasons_of(version) + number(step); }
std::string reasons_of(VersionId version) { return key('w', number(version.value())); }
std::string past_clock(std::string_view stream) { return key('z', stream); }
std::string past_head(CodelistId id, Position position) {
  return past_heads(id) + number(position);
}
std::string past_heads(CodelistId id) { return key('Z', number(id.value())); }
std::string past_records(CodelistId id, Position position) {
  return key('Y', number(id.value()) + number(position));
}
std::string past_contents_mark(VersionId id, Position position) {
  return past_contents_marks(id) + number(position);
}
std::string past_contents_marks(VersionId id) { return key('i', number(id.value())); }
std::string past_contents(VersionId id, Position position) {
  return key('y', number(id.value()) + number(position));
}
std::string deleted_of(CodelistId codelist, VersionId id) {
  return all_deleted_of(codelist) + number(id.value());
}
std::string all_deleted_of(CodelistId codelist) { return key('l', number(codelist.value())); }
std::string compatibility_then(VersionId id, Position position) {
  return compatibilities_then(id) + number(position);
}
std::string compatibilities_then(VersionId id) { return key('K', number(id.value())); }
std::string release_then(std::string_view alias, Position position) {
  return releases_then(alias) + number(position);
}
std::string releases_then(std::string_view alias) { return pair('j', alias, ""); }
std::string migration() { return "G"; }
std::string access() { return "A"; }
std::string restricted_codelist(CodelistId id) { return key('r', number(id.value())); }
std::string restricted_owner(const Owner& owner) { return key('p', owner_text(owner)); }

std::string all_users() { return "U"; }
std::string all_organisations() { return "O"; }
std::string all_releases() { return "R"; }
std::string all_mappings() { return "P"; }
std::string all_codelists() { return "C"; }
std::string all_versions() { return "V"; }

std::uint32_t trailing_number(std::string_view key) {
  if (key.size() < 4) throw DamagedRecord("a key of the views has no number");
  std::uint32_t value = 0;
  for (const char c : key.substr(key.size() - 4))
    value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

Position trailing_position(std::string_view key) {
  const std::uint64_t low = trailing_number(key);
  const std::uint64_t high = trailing_number(key.substr(0, key.size() - 4));
  return Position(high << 32 | low);
}

std::string_view trailing_name(std::string_view key) { return key.substr(key.rfind('\0') + 1); }

}  // namespace codelog::projections::keys
