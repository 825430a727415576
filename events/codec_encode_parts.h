// Encodes the parts that events are made of; for the codec's own files only.
#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/text.h"
#include "events/codec.h"
#include "events/schema_types.h"

namespace codelog::events {

// Parts are named locals, here and in events, because the compiler chooses the order in which a
// call's arguments are evaluated, and equal commits must give equal bytes. Keeps the first error.
class PartsEncoder {
 protected:
  using Text = flatbuffers::Offset<flatbuffers::String>;
  using Bytes = flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>>;
  template <class Table>
  using Offset = flatbuffers::Offset<Table>;
  template <class Table>
  using Tables = Offset<flatbuffers::Vector<Offset<Table>>>;

  // The views keep the length of a code in one byte. No coding system has codes that long, but
  // release files come from outside, and a commit that the views reject would make every later
  // start fail.
  static constexpr std::size_t code_bytes_max = 255;

  void invalid(std::string detail) {
    if (problem_) return;
    problem_ =
        base::Error{base::ErrorCode::invalid, std::string(doing_) + ": " + std::move(detail), {}};
  }

  // FlatBuffers aborts beyond 2 GiB, so a text that would exceed the limit is counted, not stored.
  bool fits(std::size_t bytes) {
    if (builder_.GetSize() + bytes <= commit_bytes_max) return true;
    skipped_bytes_ += bytes;
    return false;
  }

  Text text_even_if_empty(const std::string& text) {
    if (!fits(text.size())) return {};
    if (!base::is_utf8(text)) invalid("a text is not valid UTF-8");
    return builder_.CreateString(text);
  }
  Text text(const std::string& text) { return text.empty() ? Text() : text_even_if_empty(text); }
  Text text(const std::optional<std::string>& text) {
    return text ? text_even_if_empty(*text) : Text();
  }

  Bytes bytes(const std::string& bytes) {
    if (bytes.empty() || !fits(bytes.size())) return {};
    return builder_.CreateVector(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  }

  // One string of all names (codes or streams), each followed by '\n'.
  template <class Items, class NameOf>
  Text packed(const Items& items, NameOf name_of, std::string_view what,
              std::size_t name_bytes_max) {
    if (items.empty()) return {};
    packed_.clear();
    for (const auto& item : items) {
      const std::string& name = name_of(item);
      if (name.size() > name_bytes_max) {
        invalid("a " + std::string(what) + " is longer than " + std::to_string(name_bytes_max) +
                " bytes: number " + std::to_string(&item - items.data() + 1));
      }
      if (std::memchr(name.data(), '\n', name.size()) || std::memchr(name.data(), 0, name.size())) {
        invalid("a " + std::string(what) + " contains a line feed or NUL: number " +
                std::to_string(&item - items.data() + 1));
      }
      packed_ += name;
      packed_ += '\n';
    }
    return text_even_if_empty(packed_);
  }

  Text codes(const std::vector<std::string>& codes) {
    return packed(
        codes, [](const std::string& code) -> auto& { return code; }, "code", code_bytes_max);
  }
  template <class Coded>
  Text codes(const std::vector<Coded>& items) {
    return packed(
        items, [](const Coded& item) -> auto& { return item.code; }, "code", code_bytes_max);
  }

  template <class Items, class ByteOf>
  Bytes byte_each(const Items& items, ByteOf byte_of) {
    if (items.empty() || !fits(items.size())) return {};
    std::uint8_t* target = nullptr;
    const auto vector = builder_.CreateUninitializedVector(items.size(), &target);
    for (const auto& item : items) *target++ = byte_of(item);
    return vector;
  }

  Bytes statuses(const std::vector<CodeWithStatus>& items) {
    return byte_each(
        items, [](const CodeWithStatus& item) { return static_cast<std::uint8_t>(item.status); });
  }

  static unsigned status_or_none(const std::optional<CodeStatus>& status) {
    return status ? static_cast<unsigned>(*status) : no_status;
  }
  Bytes steps(const std::vector<CodeChange>& items) {
    return byte_each(items, [](const CodeChange& item) {
      return static_cast<std::uint8_t>(status_or_none(item.before) * 16 +
                                       status_or_none(item.after));
    });
  }

  // The stored form of a digest; absent when the digest is all zeros.
  static const schema::Digest* digest(const base::Sha256& digest) {
    static_assert(sizeof(schema::Digest) == sizeof(base::Sha256) && alignof(schema::Digest) == 1);
    if (std::ranges::all_of(digest, [](std::uint8_t byte) { return byte == 0; })) return nullptr;
    return reinterpret_cast<const schema::Digest*>(digest.data());
  }

  schema::SearchMode stored_mode(SearchMode mode) {
    if (mode == SearchMode::code) invalid("a search has a mode that only queries have");
    return stored<schema::SearchMode>(mode);
  }

  template <class StoredEnum, class Enum>
  static StoredEnum stored(Enum value) {
    static_assert(sizeof(StoredEnum) == sizeof(Enum));
    return static_cast<StoredEnum>(value);
  }

  static flatbuffers::Optional<std::int64_t> stored(const std::optional<base::Timestamp>& time) {
    return time ? flatbuffers::Optional<std::int64_t>(time->unix_us) : flatbuffers::nullopt;
  }
  static flatbuffers::Optional<std::uint32_t> stored(const std::optional<VersionId>& id) {
    return id ? flatbuffers::Optional<std::uint32_t>(id->value()) : flatbuffers::nullopt;
  }

  template <class Table, class Items>
  Tables<Table> tables(const Items& items) {
    if (items.empty()) return {};
    std::vector<Offset<Table>> offsets;
    offsets.reserve(items.size());
    for (const auto& item : items) offsets.push_back(table(item));
    return builder_.CreateVector(offsets);
  }
  auto references(const std::vector<Reference>& items) { return tables<schema::Reference>(items); }
  auto signoffs(const std::vector<SignOff>& items) { return tables<schema::SignOff>(items); }
  auto searches(const std::vector<SearchWithResults>& items) {
    return tables<schema::SearchWithResults>(items);
  }

  Offset<schema::Sealed> table(const Sealed& sealed) {
    const auto nonce = bytes(sealed.nonce);
    const auto ciphertext = bytes(sealed.ciphertext);
    return schema::CreateSealed(builder_, nonce, ciphertext);
  }
  Offset<schema::Owner> table(const Owner& owner) {
    const auto name = text(owner.name);
    return schema::CreateOwner(builder_, stored<schema::OwnerKind>(owner.kind), name);
  }
  Offset<schema::Reference> table(const Reference& reference) {
    const auto shown = text(reference.text);
    const auto url = text(reference.url);
    return schema::CreateReference(builder_, shown, url);
  }
  Offset<schema::SignOff> table(const SignOff& signoff) {
    const auto username = text(signoff.username);
    const auto date = text(signoff.date);
    return schema::CreateSignOff(builder_, username, date, digest(signoff.content_digest));
  }
  Offset<schema::VersionContent> table(const std::optional<VersionContent>& content) {
    if (!content) return {};
    const auto release = text(content->release);
    return schema::CreateVersionContent(builder_, release, digest(content->release_digest),
                                        digest(content->content_digest),
                                        digest(content->download_digest));
  }
  Offset<schema::SearchWithResults> table(const SearchWithResults& search) {
    const auto asked = text(search.text);
    const auto slug = text(search.slug);
    const auto found = codes(search.codes);
    const auto types = texts(search.types);
    return schema::CreateSearchWithResults(
        builder_, search.id.value(), stored<schema::SearchKind>(search.kind), asked, slug, found,
        stored_mode(search.mode), stored<schema::ActiveFilter>(search.active), types);
  }
  Offset<schema::SearchLeftOut> table(const SearchLeftOut& search) {
    const auto asked = text(search.text);
    const auto types = texts(search.types);
    const auto problem = text(search.problem);
    return schema::CreateSearchLeftOut(builder_, stored<schema::SearchKind>(search.kind), asked,
                                       search.codes_count, stored_mode(search.mode),
                                       stored<schema::ActiveFilter>(search.active), types, problem);
  }
  Offset<schema::HandleTimes> table(const HandleTimes& handle) {
    return schema::CreateHandleTimes(builder_, text(handle.handle), handle.created_at.unix_us,
                                     handle.updated_at.unix_us);
  }
  Offset<schema::CollaboratorTimes> table(const CollaboratorTimes& times) {
    return schema::CreateCollaboratorTimes(builder_, text(times.username), times.created_at.unix_us,
                                           times.updated_at.unix_us);
  }
  Offset<schema::VersionUpgrade> table(const VersionUpgrade& row) {
    const auto problem = text(row.problem);
    const UpgradeCounts& n = row.counts;
    return schema::CreateVersionUpgrade(
        builder_, row.version.value(), stored<schema::UpgradeOutcome>(row.outcome),
        row.is_compatible, n.newly_matched, n.no_longer_matched, n.new_descendants, n.inactive,
        n.removed, n.moved, n.renamed, n.status_changed, n.searches_left_out, problem);
  }

  Tables<flatbuffers::String> texts(const std::vector<std::string>& items) {
    if (items.empty()) return {};
    return texts_even_if_none(items);
  }
  Tables<flatbuffers::String> texts_even_if_none(const std::vector<std::string>& items) {
    std::vector<Text> all;
    all.reserve(items.size());
    for (const std::string& item : items) all.push_back(text_even_if_empty(item));
    // A text that did not fit has no offset, and a vector may not hold a null offset.
    if (skipped_bytes_ > 0) all.clear();
    return builder_.CreateVector(all);
  }

  Offset<flatbuffers::Vector<const schema::Digest*>> digests(
      const std::vector<base::Sha256>& items) {
    if (items.empty() || !fits(items.size() * sizeof(schema::Digest))) return {};
    return builder_.CreateVectorOfStructs(reinterpret_cast<const schema::Digest*>(items.data()),
                                          items.size());
  }

  flatbuffers::FlatBufferBuilder builder_{1024};
  std::string packed_;
  std::string_view doing_;
  std::size_t skipped_bytes_ = 0;
  std::optional<base::Error> problem_;
};

}  // namespace codelog::events
