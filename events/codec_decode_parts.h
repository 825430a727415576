// Decodes the parts that events are made of; for the codec's own files only.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/codec.h"
#include "events/schema_types.h"

namespace codelog::events {

// Fills values that may still hold an earlier commit: every field is assigned, and memory is reused
// where possible. Keeps the first error; values read after an error have no meaning.
class PartsDecoder {
 public:
  const std::string& problem() const { return problem_; }

 protected:
  using Text = flatbuffers::String;
  using Bytes = flatbuffers::Vector<std::uint8_t>;
  template <class Table>
  using Tables = flatbuffers::Vector<flatbuffers::Offset<Table>>;

  void wrong(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  // FlatBuffers checks that offsets are in bounds, but not that numbers are members of their
  // enumerations.
  template <class Enum, class StoredEnum>
  void read(StoredEnum from, Enum& to) {
    static_assert(sizeof(StoredEnum) == sizeof(Enum));
    to = static_cast<Enum>(from);
    if (from > StoredEnum::MAX) unknown_number(static_cast<unsigned>(from), kind_of(from));
  }
  static constexpr std::string_view kind_of(schema::OwnerKind) { return "owner kind"; }
  static constexpr std::string_view kind_of(schema::SearchKind) { return "search kind"; }
  static constexpr std::string_view kind_of(schema::VersionStatus) { return "version status"; }
  static constexpr std::string_view kind_of(schema::VersionOrigin) { return "version origin"; }
  static constexpr std::string_view kind_of(schema::DeletionCause) { return "deletion cause"; }
  static constexpr std::string_view kind_of(schema::ReleaseState) { return "release state"; }
  static constexpr std::string_view kind_of(schema::SearchMode) { return "search mode"; }
  static constexpr std::string_view kind_of(schema::ActiveFilter) { return "active filter"; }
  static constexpr std::string_view kind_of(schema::RefsetKind) { return "refset kind"; }
  static constexpr std::string_view kind_of(schema::TokenScope) { return "token scope"; }
  static constexpr std::string_view kind_of(schema::SessionEnd) { return "end of a session"; }
  static constexpr std::string_view kind_of(schema::UpgradeOutcome) { return "upgrade outcome"; }
  void unknown_number(unsigned number, std::string_view kind) {
    wrong("unknown " + std::string(kind) + " " + std::to_string(number));
  }

  CodeStatus status(unsigned number) {
    constexpr unsigned last = static_cast<unsigned>(schema::CodeStatus::MAX);
    if (number > last) unknown_number(number, "code status");
    return static_cast<CodeStatus>(std::min(number, last));
  }
  void read_step(unsigned number, std::optional<CodeStatus>& to) {
    if (number == no_status) {
      to.reset();
    } else {
      to = status(number);
    }
  }

  void read(const Text* from, std::string& to) {
    if (from == nullptr) {
      to.clear();
    } else {
      to.assign(from->data(), from->size());
    }
  }
  void read(const Text* from, std::optional<std::string>& to) {
    if (from == nullptr) {
      to.reset();
    } else if (to) {
      to->assign(from->data(), from->size());
    } else {
      to.emplace(from->data(), from->size());
    }
  }
  void read(const Bytes* from, std::string& to) {
    if (from == nullptr) {
      to.clear();
    } else {
      to.assign(reinterpret_cast<const char*>(from->data()), from->size());
    }
  }
  void read(const schema::Digest* from, base::Sha256& to) {
    if (from == nullptr) {
      to.fill(0);
    } else {
      std::memcpy(to.data(), from, sizeof to);
    }
  }
  void read(const flatbuffers::Vector<const schema::Digest*>* from, std::vector<base::Sha256>& to) {
    to.resize(from == nullptr ? 0 : from->size());
    for (std::size_t i = 0; i < to.size(); ++i) {
      read(from->Get(static_cast<flatbuffers::uoffset_t>(i)), to[i]);
    }
  }
  void read(const flatbuffers::Optional<std::uint32_t>& from, std::optional<VersionId>& to) {
    to = from ? std::optional(VersionId(*from)) : std::nullopt;
  }

  void read(const flatbuffers::Optional<std::int64_t>& from, std::optional<base::Timestamp>& to) {
    to = from ? std::optional(base::Timestamp{*from}) : std::nullopt;
  }

  // Calls assign(item, begin, size) for each name of a packed text. The text must hold one name for
  // every item.
  template <class Items, class Assign>
  void read_packed(const Text* from, Items& items, Assign assign) {
    const char* at = from == nullptr ? nullptr : from->data();
    const char* const after = from == nullptr ? nullptr : at + from->size();
    for (auto& item : items) {
      const void* const found =
          at == after ? nullptr : std::memchr(at, '\n', static_cast<std::size_t>(after - at));
      if (found == nullptr) return wrong("fewer names than numbers in a packed list");
      const char* const end = static_cast<const char*>(found);
      assign(item, at, static_cast<std::size_t>(end - at));
      at = end + 1;
    }
    if (at != after) wrong("more names than numbers in a packed list");
  }

  void read_codes(const Text* from, std::vector<std::string>& to) {
    to.resize(from == nullptr
                  ? 0
                  : static_cast<std::size_t>(std::count(from->begin(), from->end(), '\n')));
    read_packed(from, to,
                [](std::string& code, const char* at, std::size_t size) { code.assign(at, size); });
  }

  void read_codes(const Text* from, const Bytes* statuses, std::vector<CodeWithStatus>& to) {
    to.resize(statuses == nullptr ? 0 : statuses->size());
    const std::uint8_t* number = statuses == nullptr ? nullptr : statuses->data();
    read_packed(from, to, [&](CodeWithStatus& item, const char* at, std::size_t size) {
      item.code.assign(at, size);
      item.status = status(*number++);
    });
  }

  void read_changes(const Text* from, const Bytes* steps, std::vector<CodeChange>& to) {
    to.resize(steps == nullptr ? 0 : steps->size());
    const std::uint8_t* step = steps == nullptr ? nullptr : steps->data();
    read_packed(from, to, [&](CodeChange& item, const char* at, std::size_t size) {
      item.code.assign(at, size);
      read_step(*step / 16u, item.before);
      read_step(*step % 16u, item.after);
      ++step;
    });
  }

  void read_streams(const schema::Commit& from, std::vector<StreamExpectation>& to) {
    const auto* versions = from.stream_versions();
    to.resize(versions == nullptr ? 0 : versions->size());
    const std::uint8_t* number = versions == nullptr ? nullptr : versions->Data();
    read_packed(from.stream_names(), to,
                [&](StreamExpectation& item, const char* at, std::size_t size) {
                  item.stream.assign({at, size});
                  // Copies instead of calling Get(): FlatBuffers does not verify the alignment of a
                  // vector of 64-bit numbers.
                  std::uint64_t version = 0;
                  std::memcpy(&version, number, sizeof version);
                  item.version = StreamVersion(version);
                  number += sizeof version;
                });
  }

  template <class Table, class Item>
  void read(const Tables<Table>* from, std::vector<Item>& to) {
    to.resize(from == nullptr ? 0 : from->size());
    for (std::size_t i = 0; i < to.size(); ++i) {
      read(from->Get(static_cast<flatbuffers::uoffset_t>(i)), to[i]);
    }
  }
  void read(const Tables<Text>* from, std::vector<std::string>& to) {
    to.resize(from == nullptr ? 0 : from->size());
    for (std::size_t i = 0; i < to.size(); ++i) {
      read(from->Get(static_cast<flatbuffers::uoffset_t>(i)), to[i]);
    }
  }

  // Reads a nested table; an absent table counts as empty.
  void read(const schema::Sealed* from, Sealed& to) {
    read(from == nullptr ? nullptr : from->nonce(), to.nonce);
    read(from == nullptr ? nullptr : from->ciphertext(), to.ciphertext);
  }
  void read(const schema::Owner* from, Owner& to) {
    if (from == nullptr) {
      to = {};
      return;
    }
    read(from->kind(), to.kind);
    read(from->name(), to.name);
  }
  void read(const schema::Reference* from, Reference& to) {
    read(from->text(), to.text);
    read(from->url(), to.url);
  }
  void read(const schema::SignOff* from, SignOff& to) {
    read(from->username(), to.username);
    read(from->date(), to.date);
    read(from->content_digest(), to.content_digest);
  }
  void read(const schema::VersionContent* from, std::optional<VersionContent>& to) {
    if (from == nullptr) {
      to.reset();
      return;
    }
    if (!to) to.emplace();
    read(from->release(), to->release);
    read(from->release_digest(), to->release_digest);
    read(from->content_digest(), to->content_digest);
    read(from->download_digest(), to->download_digest);
  }
  void read(const schema::SearchWithResults* from, SearchWithResults& to) {
    if (from == nullptr) {
      to = {};
      return;
    }
    to.id = SearchId(from->id());
    read(from->kind(), to.kind);
    read(from->text(), to.text);
    read(from->slug(), to.slug);
    read_codes(from->codes(), to.codes);
    read(from->mode(), to.mode);
    read(from->active(), to.active);
    read(from->types(), to.types);
  }
  void read(const schema::SearchLeftOut* from, SearchLeftOut& to) {
    read(from->kind(), to.kind);
    read(from->text(), to.text);
    to.codes_count = from->codes_count();
    read(from->mode(), to.mode);
    read(from->active(), to.active);
    read(from->types(), to.types);
    read(from->problem(), to.problem);
  }
  void read(const schema::HandleTimes* from, HandleTimes& to) {
    read(from->handle(), to.handle);
    to.created_at.unix_us = from->created_at_us();
    to.updated_at.unix_us = from->updated_at_us();
  }
  void read(const schema::CollaboratorTimes* from, CollaboratorTimes& to) {
    read(from->username(), to.username);
    to.created_at.unix_us = from->created_at_us();
    to.updated_at.unix_us = from->updated_at_us();
  }
  void read(const schema::VersionUpgrade* from, VersionUpgrade& to) {
    to.version = VersionId(from->version());
    read(from->outcome(), to.outcome);
    to.is_compatible = from->is_compatible();
    to.counts = {.newly_matched = from->newly_matched(),
                 .no_longer_matched = from->no_longer_matched(),
                 .new_descendants = from->new_descendants(),
                 .inactive = from->inactive(),
                 .removed = from->removed(),
                 .moved = from->moved(),
                 .renamed = from->renamed(),
                 .status_changed = from->status_changed(),
                 .searches_left_out = from->searches_left_out()};
    read(from->problem(), to.problem);
  }

 private:
  std::string problem_;
};

}  // namespace codelog::events
