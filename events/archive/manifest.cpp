#include "events/archive/manifest.h"

#include <set>

#include "events/archive/json_fields.h"
#include "events/archive/object_names.h"
#include "events/archive/segment.h"
#include "events/merkle.h"

namespace codelog::archive {
namespace {

using base::Error;
using base::ErrorCode;
using base::Position;
using base::Result;

constexpr std::string_view format_prefix = "codelog-archive ";
constexpr std::string_view format = "codelog-archive 1";

// The last field is the digest of the text before it.
constexpr std::string_view object_end = "\n}";
constexpr std::string_view digest_begin = ",\n \"sha256\": \"";

std::string digest_field(std::string_view content) {
  return std::string(digest_begin) + base::to_hex(base::sha256(content)) + "\"\n}\n";
}

// --- To JSON

Json to_json(const NamedObject& object) {
  return {
      {"name", object.name}, {"bytes", object.size_bytes}, {"sha256", base::to_hex(object.digest)}};
}

Json to_json(const ArchivedSegment& segment) {
  Json json = to_json(segment.object);
  json.update(
      {{"first", segment.first.value()},
       {"last", segment.last.value()},
       {"last_time", base::format_timestamp(segment.last_time)},
       {"raw_bytes", segment.raw_bytes},
       {"dictionary", segment.dictionary ? Json(base::to_hex(*segment.dictionary)) : Json()},
       {"root", base::to_hex(segment.root)}});
  return json;
}

Json to_json(const ArchivedDictionary& dictionary) {
  Json json = to_json(dictionary.object);
  json["sampled_bytes"] = dictionary.sampled_bytes;
  return json;
}

Json to_json(const ArchivedFile& file) {
  return {{"path", file.path},
          {"sha256", base::to_hex(file.digest)},
          {"object", file.object ? to_json(*file.object) : Json()}};
}

Json to_json(const RestorePoint& point) {
  Json files = Json::array();
  for (const ArchivedFile& file : point.files) files.push_back(to_json(file));
  return {
      {"made_at", base::format_timestamp(point.made_at)},     {"position", point.position.value()},
      {"last_time", base::format_timestamp(point.last_time)}, {"root", base::to_hex(point.root)},
      {"keys", point.keys ? to_json(*point.keys) : Json()},   {"files", std::move(files)}};
}

Json to_json(const SparedObject& spared) {
  return {{"name", spared.name}, {"until", base::format_timestamp(spared.until)}};
}

template <class Value>
Json all_to_json(const std::vector<Value>& values) {
  Json all = Json::array();
  for (const Value& value : values) all.push_back(to_json(value));
  return all;
}

// --- From JSON

NamedObject object_from(JsonFields& fields) {
  NamedObject object{fields.text("name"), fields.number("bytes"), fields.digest("sha256")};
  if (!is_object_name(object.name)) fields.refuse();
  return object;
}

std::optional<NamedObject> optional_object(JsonFields& fields, const Json& json, const char* name) {
  if (fields.is_null(name)) return std::nullopt;
  const auto found = json.find(name);
  if (found == json.end()) {
    fields.refuse();
    return std::nullopt;
  }
  JsonFields of_object(*found);
  NamedObject object = object_from(of_object);
  if (!of_object.are_right()) fields.refuse();
  return object;
}

ArchivedSegment segment_from(JsonFields& fields, const Json&) {
  ArchivedSegment segment;
  segment.object = object_from(fields);
  segment.first = Position(fields.number("first"));
  segment.last = Position(fields.number("last"));
  segment.last_time = fields.time("last_time");
  segment.raw_bytes = fields.number("raw_bytes");
  segment.dictionary = fields.optional_digest("dictionary");
  segment.root = fields.digest("root");
  // Each commit takes at least the bytes of its length.
  const bool is_possible = segment.first <= segment.last &&
                           segment.raw_bytes <= segment_raw_bytes_max &&
                           segment.last.value() - segment.first.value() < segment.raw_bytes / 4;
  if (!is_possible) fields.refuse();
  return segment;
}

ArchivedDictionary dictionary_from(JsonFields& fields, const Json&) {
  return {object_from(fields), fields.number("sampled_bytes")};
}

ArchivedFile file_from(JsonFields& fields, const Json& json) {
  return {fields.text("path"), fields.digest("sha256"), optional_object(fields, json, "object")};
}

SparedObject spared_from(JsonFields& fields, const Json&) {
  SparedObject spared{fields.text("name"), fields.time("until")};
  if (!is_object_name(spared.name)) fields.refuse();
  return spared;
}

template <class Value>
std::vector<Value> all_from(JsonFields& fields, const char* name,
                            Value (*from)(JsonFields&, const Json&)) {
  std::vector<Value> all;
  for (const Json& json : fields.array(name)) {
    JsonFields of_value(json);
    all.push_back(from(of_value, json));
    if (!of_value.are_right()) fields.refuse();
  }
  return all;
}

RestorePoint point_from(JsonFields& fields, const Json& json) {
  RestorePoint point;
  point.made_at = fields.time("made_at");
  point.position = Position(fields.number("position"));
  point.last_time = fields.time("last_time");
  point.root = fields.digest("root");
  point.keys = optional_object(fields, json, "keys");
  point.files = all_from<ArchivedFile>(fields, "files", file_from);
  return point;
}

Error damaged(std::string detail) { return {ErrorCode::corrupt, std::move(detail), {}}; }

Result<void> check_segments(const Manifest& manifest) {
  std::set<base::Sha256> dictionaries;
  for (const auto& dictionary : manifest.dictionaries) {
    dictionaries.insert(dictionary.object.digest);
  }
  Position next(1);
  for (const ArchivedSegment& segment : manifest.segments) {
    if (segment.first > next) {
      return damaged("the manifest names no segment of the positions " +
                     std::to_string(next.value()) + " to " +
                     std::to_string(segment.first.value() - 1));
    }
    if (segment.first < next) {
      return damaged("the manifest names two segments of position " +
                     std::to_string(segment.first.value()));
    }
    if (segment.dictionary && !dictionaries.contains(*segment.dictionary)) {
      return damaged("the manifest does not name the dictionary of the segment of positions " +
                     std::to_string(segment.first.value()) + " to " +
                     std::to_string(segment.last.value()));
    }
    next = segment.last.next();
  }
  for (const RestorePoint& point : manifest.restore_points) {
    if (point.position >= next) {
      return damaged("the manifest has a restore point at position " +
                     std::to_string(point.position.value()) + ", behind its last segment");
    }
  }
  return {};
}

}  // namespace

events::Head Manifest::head() const {
  if (segments.empty()) return {Position(0), events::empty_root(), epoch};
  return {segments.back().last, segments.back().root, epoch};
}

base::Timestamp Manifest::last_time() const {
  return segments.empty() ? base::Timestamp{} : segments.back().last_time;
}

std::uint64_t Manifest::raw_bytes() const {
  std::uint64_t sum = 0;
  for (const ArchivedSegment& segment : segments) sum += segment.raw_bytes;
  return sum;
}

std::vector<Manifest::Use> Manifest::uses() const {
  std::vector<Use> uses;
  std::set<std::string> names;
  const auto use = [&](const NamedObject& object, std::string what) {
    if (names.insert(object.name).second) uses.push_back({object, std::move(what)});
  };
  for (const ArchivedDictionary& dictionary : dictionaries) use(dictionary.object, "dictionary");
  for (const ArchivedSegment& segment : segments) {
    use(segment.object, "segment of positions " + std::to_string(segment.first.value()) + " to " +
                            std::to_string(segment.last.value()));
  }
  for (const RestorePoint& point : restore_points) {
    const std::string made = " of the backup of " + base::format_timestamp(point.made_at);
    if (point.keys) use(*point.keys, "keys" + made);
    for (const ArchivedFile& file : point.files) {
      if (file.object) use(*file.object, "file " + file.path + made);
    }
  }
  return uses;
}

std::string encode_manifest(const Manifest& manifest) {
  const Json json = {{"format", format},
                     {"generation", manifest.generation},
                     {"log", manifest.log_id},
                     {"origin", manifest.origin},
                     {"epoch", manifest.epoch},
                     {"owner", {{"term", manifest.owner.term}, {"token", manifest.owner.token}}},
                     {"changed_at", base::format_timestamp(manifest.changed_at)},
                     {"dictionaries", all_to_json(manifest.dictionaries)},
                     {"segments", all_to_json(manifest.segments)},
                     {"restore_points", all_to_json(manifest.restore_points)},
                     {"spared", all_to_json(manifest.spared)}};
  std::string text = json.dump(1);
  text.resize(text.size() - object_end.size());
  return text + digest_field(text);
}

Result<Manifest> decode_manifest(std::string_view text) {
  const auto begin = text.rfind(digest_begin);
  if (begin == std::string_view::npos) return damaged("the manifest is cut short");
  const std::string_view content = text.substr(0, begin);
  if (text.substr(begin) != digest_field(content)) {
    return damaged("the manifest is not the one that was written: its digest differs");
  }
  const Json json = Json::parse(text, nullptr, false);
  JsonFields fields(json);
  const std::string found_format = fields.text("format");
  if (found_format != format) {
    if (!found_format.starts_with(format_prefix)) return damaged("the manifest cannot be read");
    return Error{
        ErrorCode::invalid,
        "the archive has the format '" + found_format + "', which this program does not know",
        {}};
  }
  Manifest manifest;
  manifest.generation = fields.number("generation");
  manifest.log_id = fields.text("log");
  manifest.origin = fields.text("origin");
  manifest.epoch = fields.number("epoch");
  if (const auto owner = json.find("owner"); owner != json.end()) {
    JsonFields of_owner(*owner);
    manifest.owner = {of_owner.number("term"), of_owner.text("token")};
    if (!of_owner.are_right()) fields.refuse();
  }
  manifest.changed_at = fields.time("changed_at");
  manifest.dictionaries = all_from<ArchivedDictionary>(fields, "dictionaries", dictionary_from);
  manifest.segments = all_from<ArchivedSegment>(fields, "segments", segment_from);
  manifest.restore_points = all_from<RestorePoint>(fields, "restore_points", point_from);
  manifest.spared = all_from<SparedObject>(fields, "spared", spared_from);
  if (!fields.are_right()) return damaged("the manifest cannot be read");
  if (const auto checked = check_segments(manifest); !checked) return checked.error();
  return manifest;
}

}  // namespace codelog::archive
