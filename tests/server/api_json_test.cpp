// JSON in and out: the written bytes, refused input, and the checks of schemas.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "server/commands/csv_writer.h"
#include "server/json/json_reader.h"
#include "server/json/json_schema.h"
#include "server/json/json_writer.h"

namespace codelog::json::api_json_test {
namespace {

using nlohmann::json;

std::string write_python(std::string_view text) {
  return JsonWriter(JsonStyle::python).value(text).take();
}

std::string write_compact(std::string_view text) { return JsonWriter().value(text).take(); }

std::string why_not(std::string_view text) {
  const auto parsed = parse_json(text, DuplicateKeys::refused);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == base::ErrorCode::invalid);
  return parsed.error().detail;
}

}  // namespace

TEST_CASE("the writer separates values as its style says", "[json]") {
  const auto write = [](JsonStyle style) {
    JsonWriter writer(style);
    writer.begin_object().key("a").begin_array().value(std::uint64_t{1}).value(true).null();
    writer.begin_object().end_object().end_array().field("b", "x").key("c").begin_array();
    return writer.end_array().end_object().take();
  };
  CHECK(write(JsonStyle::compact) == R"({"a":[1,true,null,{}],"b":"x","c":[]})");
  CHECK(write(JsonStyle::python) == R"({"a": [1, true, null, {}], "b": "x", "c": []})");
}

TEST_CASE("the Python style escapes everything that is not printable ASCII", "[json]") {
  CHECK(write_python("a\"\\/\b\f\n\r\t") == R"("a\"\\/\b\f\n\r\t")");
  CHECK(write_python(std::string_view("\0\x1f\x7f", 3)) == R"("\u0000\u001f\u007f")");
  CHECK(write_python("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80") ==
        R"("caf\u00e9 \u20ac \ud83d\ude00")");
  CHECK(write_compact("caf\xC3\xA9 \x7f \xF0\x9F\x98\x80") ==
        "\"caf\xC3\xA9 \x7f \xF0\x9F\x98\x80\"");
}

TEST_CASE("text that is not UTF-8 is repaired, so that JSON always comes out", "[json]") {
  const auto broken = GENERATE(as<std::string>{}, "\xFF", "\xC3", "\xC0\x80", "\xED\xA0\x80",
                               "\xF5\x80\x80\x80", "\xE2\x82", "\x80");
  for (const std::string& text : {broken, "a" + broken + "b"}) {
    const auto compact = json::parse(write_compact(text), nullptr, false);
    const auto python = json::parse(write_python(text), nullptr, false);
    REQUIRE(compact.is_string());
    CHECK(compact == python);
    CHECK(compact.get<std::string>().find("\xEF\xBF\xBD") != std::string::npos);
  }
}

TEST_CASE("written JSON is read back unchanged", "[json]") {
  for (std::uint32_t point = 1; point < 0x110000; point += point < 0x300 ? 1 : 97) {
    if (point >= 0xD800 && point < 0xE000) continue;
    const std::string escaped = [&] {
      const std::uint32_t high = 0xD800 + ((point - 0x10000) >> 10);
      const std::uint32_t low = 0xDC00 + ((point - 0x10000) & 0x3FF);
      char text[32];
      if (point < 0x10000) {
        std::snprintf(text, sizeof(text), "\"\\u%04x\"", point);
      } else {
        std::snprintf(text, sizeof(text), "\"\\u%04x\\u%04x\"", high, low);
      }
      return std::string(text);
    }();
    const std::string text = json::parse(escaped);
    CAPTURE(point);
    REQUIRE(json::parse(write_compact(text)) == text);
    REQUIRE(json::parse(write_python(text)) == text);
    REQUIRE(write_python(text) == json(text).dump(-1, ' ', true));
  }
}

TEST_CASE("the reader accepts only JSON", "[json]") {
  CHECK(*parse_json(R"({"a": [1, -2, 1.5, "x", null, true]})", DuplicateKeys::refused) ==
        json({{"a", {1, -2, 1.5, "x", nullptr, true}}}));
  CHECK_THAT(why_not(""), Catch::Contains("malformed at byte"));
  CHECK_THAT(why_not("{\"a\": 1,}"), Catch::Contains("malformed at byte 9"));
  CHECK_THAT(why_not("{} x"), Catch::Contains("malformed"));
  CHECK_THAT(why_not("nan"), Catch::Contains("malformed"));
  CHECK_THAT(why_not("\"\xFF\""), Catch::Contains("not well-formed UTF-8"));
  CHECK_THAT(why_not(R"({"a": 1, "b": {"c": 1, "c": 2}})"),
             Catch::Contains("the key \"c\" is repeated"));
  CHECK(*parse_json(R"({"a": 1, "a": 2})", DuplicateKeys::last_wins) == json({{"a", 2}}));
}

TEST_CASE("the quick reader and the exact one read the same", "[json]") {
  const std::string long_text(100'000, 'a');
  const auto text = GENERATE_COPY(
      as<std::string>(), " 1 ", "-0", "-1", "9223372036854775807", "-9223372036854775808",
      "18446744073709551615", "18446744073709551616", "-9223372036854775809", "0.1", "1e3",
      "-2.2250738585072011e-308", R"("\u00e9\ud83d\ude00\n\u0000")", "\"\xF0\x9F\x98\x80\"",
      R"({"": {"\u0061": [], "b": {}}})", "[\"" + long_text + "\", \"\", \"" + long_text + "\\t\"]",
      "{\"" + long_text + "\": [true, false, null]}\r\n\t ", "\xEF\xBB\xBF[1]");
  CAPTURE(text.substr(0, 100));
  const auto read = parse_json(text, DuplicateKeys::refused);
  REQUIRE(read);
  CHECK(*read == json::parse(text));
  CHECK(read->type() == json::parse(text).type());
}

TEST_CASE("neither reader takes what is not JSON", "[json]") {
  const auto text =
      GENERATE(as<std::string>(), "1e400", R"("\ud83d")", R"("\ude00\ud83d")", R"("\x41")", "01",
               "1.", "+1", "[1] ]", "// no\n1", "[1,]", "{\"a\" 1}", "{a: 1}", "'a'", "\"\n\"",
               "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "tru", "\"a");
  CAPTURE(text);
  CHECK_THAT(why_not(text), Catch::Contains("at byte"));
}

TEST_CASE("NaN and Infinity, which Python writes, are refused by their place", "[json]") {
  const auto field = [](const std::string& text) {
    const auto parsed = parse_json(text, DuplicateKeys::last_wins);
    REQUIRE_FALSE(parsed);
    return parsed.error().fields.empty() ? parsed.error().detail : parsed.error().fields[0].field;
  };
  CHECK(why_not(R"({"description": NaN})") ==
        "description: must not be NaN, which JSON does not have; give null");
  CHECK(field(R"({"a": 1, "b" :  -Infinity, "c": 2})") == "b");
  CHECK(field(R"({"a": [1, [], [2, Infinity]]})") == "a[2][1]");
  CHECK(field(R"({"a": {"b": "NaN", "c": [{"d": 1}, {"e": NaN}]}})") == "a.c[1].e");
  CHECK(field("[NaN]") == "[0]");
  CHECK(field("NaN") == "body");
  CHECK_THAT(field(R"({"a": Nothing})"), Catch::Contains("malformed"));
  CHECK(parse_json(R"({"a": "NaN", "Infinity": "-Infinity"})", DuplicateKeys::refused));
  CHECK(parse_json("\xEF\xBB\xBF{}", DuplicateKeys::refused));
}

TEST_CASE("the reader bounds depth and size before it spends memory", "[json]") {
  const std::string deep(json_depth_max, '[');
  const std::string closed(json_depth_max, ']');
  CHECK(parse_json(deep + closed, DuplicateKeys::refused));
  CHECK_THAT(why_not("[" + deep + closed + "]"), Catch::Contains("nested more than 32"));
  CHECK_THAT(why_not(std::string(5'000'000, '[')), Catch::Contains("nested more than 32"));
  std::string many = "[0";
  for (std::size_t i = 0; i < json_values_max; ++i) many += ",0";
  CHECK_THAT(why_not(many + "]"), Catch::Contains("more than 1000000 values"));
}

TEST_CASE("a schema's errors name the path", "[json]") {
  const json schemas = json::parse(R"({"Pair": {"type": "array", "minItems": 2, "maxItems": 2,
      "prefixItems": [{"type": "string"}, {"enum": ["+", "-"]}]}})");
  const json schema = json::parse(R"({"type": "object", "required": ["name"],
      "additionalProperties": false, "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 3},
        "note": {"type": ["string", "null"]},
        "count": {"type": "integer", "minimum": 0},
        "pairs": {"type": "array", "maxItems": 2,
                  "items": {"$ref": "#/components/schemas/Pair"}}}})");
  const auto first = [&](const char* text) {
    const auto errors = check_schema(schema, schemas, json::parse(text));
    return errors.empty() ? "" : errors.front().field + " " + errors.front().detail;
  };
  CHECK(first(R"({"name": "abc", "note": null, "count": 0, "pairs": [["a", "+"]]})").empty());
  CHECK(first(R"({"name": "caf\u00e9"})") == "name must have at most 3 characters (it has 4)");
  CHECK(first(R"({"name": ""})") == "name must have at least 1 characters (it has 0)");
  CHECK(first("[]") == " must be an object");
  CHECK(first("{}") == "name is required");
  CHECK(first(R"({"name": 1})") == "name must be a string");
  CHECK(first(R"({"name": "a", "note": 1})") == "note must be a string or a null");
  CHECK(first(R"({"name": "a", "nam": 1})") == "nam is not a field of this request");
  CHECK(first(R"({"name": "a", "count": 1.5})") == "count must be an integer");
  CHECK(first(R"({"name": "a", "count": -1})") == "count must be at least 0");
  CHECK(first(R"({"name": "a", "pairs": [["a", "+"], ["b", "*"]]})") ==
        "pairs[1][1] must be one of \"+\", \"-\"");
  CHECK(first(R"({"name": "a", "pairs": [["a"]]})") == "pairs[0] must have at least 2 entries");
  CHECK(first(R"({"name": "a", "pairs": [[], [], []]})") ==
        "pairs must have at most 2 entries (it has 3)");
}

TEST_CASE("CSV is quoted only where it must be, with CRLF", "[csv]") {
  std::string out;
  commands::append_csv_row({"code", "a,b"}, out);
  commands::append_csv_row({"", "say \"x\""}, out);
  commands::append_csv_row({"a\nb", "c\rd", " e "}, out);
  commands::append_csv_row({""}, out);
  CHECK(out == "code,\"a,b\"\r\n,\"say \"\"x\"\"\"\r\n\"a\nb\",\"c\rd\", e \r\n\"\"\r\n");
}

}  // namespace codelog::json::api_json_test
