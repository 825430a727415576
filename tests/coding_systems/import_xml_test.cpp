#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "coding_systems/importing/xml_reader.h"

namespace codelog::tests::import_xml_test {
namespace {

using base::Result;
using coding_systems::XmlAttribute;
using coding_systems::XmlHandler;
using coding_systems::XmlLimits;
using coding_systems::XmlReader;
using Events = std::vector<std::string>;

// Writes down each call: "<a b=c>", "text", "</a>", "<!--comment-->".
struct Recorder final : XmlHandler {
  Result<void> start(std::string_view name, std::span<const XmlAttribute> attributes) override {
    std::string event = "<" + std::string(name);
    for (const XmlAttribute& attribute : attributes) {
      event += " " + std::string(attribute.name) + "=" + std::string(attribute.value);
    }
    events.push_back(event + ">");
    return {};
  }
  Result<void> end(std::string_view name) override {
    events.push_back("</" + std::string(name) + ">");
    return {};
  }
  Result<void> text(std::string_view text) override {
    events.emplace_back(text);
    return {};
  }
  Result<void> comment(std::string_view text) override {
    events.push_back("<!--" + std::string(text) + "-->");
    return {};
  }
  Events events;
};

// Gives a text in pieces of this size, so that every state meets the end of a block.
XmlReader::Read in_pieces(std::string_view text, std::size_t piece_bytes) {
  return [text, piece_bytes](std::span<char> buffer) mutable -> Result<std::size_t> {
    const std::size_t bytes = std::min({piece_bytes, text.size(), buffer.size()});
    std::copy_n(text.begin(), bytes, buffer.begin());
    text.remove_prefix(bytes);
    return bytes;
  };
}

struct Parsed {
  Events events;
  std::string error;
  std::uint64_t bytes_read = 0;
};

Parsed parse(std::string_view text, std::size_t piece_bytes = 100'000, XmlLimits limits = {}) {
  XmlReader reader("a.xml", in_pieces(text, piece_bytes), limits);
  Recorder recorder;
  const auto read = reader.read(recorder);
  return {std::move(recorder.events), read ? "" : read.error().detail, reader.bytes_read()};
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (; times > 0; --times) all += text;
  return all;
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char byte : text) {
    if (byte == '<') {
      result += "&lt;";
    } else if (byte == '&') {
      result += "&amp;";
    } else if (byte == '>' || byte == '\r') {
      result += "&#" + std::to_string(static_cast<int>(byte)) + ";";
    } else {
      result += byte;
    }
  }
  return result;
}

}  // namespace

TEST_CASE("a handler gets a document in its order", "[import][xml]") {
  const std::size_t piece_bytes = GENERATE(1, 2, 3, 100'000);
  const auto parsed = parse(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!--first-->\n"
      "<a x='1' y=\"two &amp; &#x33;\"><b/>Ménière &lt;<![CDATA[<&]]>&gt;\n\r\n<!--in--> "
      "<p:c>\xF0\x9F\x8D\x8E</p:c></a>\n<!--last-->\n",
      piece_bytes);
  CHECK(parsed.error == "");
  CHECK(parsed.events == Events{"<!--first-->", "<a x=1 y=two & 3>", "<b>", "</b>",
                                "Ménière <<&>\n\n", "<!--in-->", " ", "<p:c>", "\xF0\x9F\x8D\x8E",
                                "</p:c>", "</a>", "<!--last-->"});
}

TEST_CASE("a byte order mark is skipped, and every name of UTF-8 is known", "[import][xml]") {
  CHECK(parse("\xEF\xBB\xBF<a/>").events == Events{"<a>", "</a>"});
  for (const char* encoding : {"UTF-8", "utf-8", "US-ASCII"}) {
    const std::string document =
        "<?xml version='1.0' encoding='" + std::string(encoding) + "'?><a>é</a>";
    CHECK(parse(document).events == Events{"<a>", "é", "</a>"});
  }
}

TEST_CASE("attributes are found by name", "[import][xml]") {
  const std::vector<XmlAttribute> attributes = {{"code", "A00"}, {"kind", ""}};
  CHECK(coding_systems::find_attribute(attributes, "code") == "A00");
  CHECK(coding_systems::find_attribute(attributes, "kind") == "");
  CHECK(coding_systems::find_attribute(attributes, "Code") == std::nullopt);
}

TEST_CASE("other encodings are refused, declared or found", "[import][xml]") {
  const std::size_t piece_bytes = GENERATE(2, 100'000);
  const auto error = [&](std::string_view text) { return parse(text, piece_bytes).error; };
  CHECK(error("<?xml version='1.0' encoding='ISO-8859-1'?><a/>") ==
        "a.xml, line 1: the encoding is 'ISO-8859-1', not UTF-8");
  CHECK(error("<?xml version='1.0' encoding='utf-16'?><a/>") ==
        "a.xml, line 1: the encoding is 'utf-16', not UTF-8");
  const std::string utf16 = "a.xml, line 1: the encoding is UTF-16 or UTF-32, not UTF-8";
  using std::string_literals::operator""s;
  CHECK(error("\xFF\xFE<\0a\0/\0>\0"s) == utf16);
  CHECK(error("\xFE\xFF\0<\0a\0/\0>"s) == utf16);
  CHECK(error("<\0a\0/\0>\0"s) == utf16);
  CHECK(error("\0<\0a\0/\0>"s) == utf16);
}

TEST_CASE("bytes that are not UTF-8 are refused with their line", "[import][xml]") {
  // Latin 1, a byte that is in no character, over-long, a surrogate, beyond Unicode, cut off, 0, a
  // control character.
  const std::string bytes =
      GENERATE(as<std::string>(), "M\xE9ni\xE8re", "\xFF", "\xC0\xAF", "\xED\xA0\x80",
               "\xF4\x90\x80\x80", "\xE2\x82", std::string(1, '\0'), "\x01");
  CAPTURE(bytes);
  CHECK(parse("<a>\n<b>" + bytes + "</b></a>").error ==
        "a.xml, line 2: is not well-formed XML: not well-formed (invalid token)");
  CHECK(parse("<a>\n<b x='" + bytes + "'/></a>").error ==
        "a.xml, line 2: is not well-formed XML: not well-formed (invalid token)");
}

TEST_CASE("a document type that only names a file is skipped", "[import][xml]") {
  const Events events = {"<ClaML>", "x & y", "</ClaML>"};
  for (const char* type : {"<!DOCTYPE ClaML SYSTEM \"ClaML.dtd\">", "<!DOCTYPE ClaML>",
                           "<!DOCTYPE ClaML PUBLIC '-//x' 'http://127.0.0.1/ClaML.dtd'>"}) {
    const auto parsed = parse(std::string(type) + "<ClaML>x &amp; y</ClaML>");
    CHECK(parsed.error == "");
    CHECK(parsed.events == events);
  }
}

TEST_CASE("a document's own entities are refused before they are expanded", "[import][xml]") {
  const std::string refused = "a.xml, line 1: the document type has declarations of its own";
  CHECK(parse("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>").error == refused);
  CHECK(parse("<!DOCTYPE a [<!ENTITY b SYSTEM '/etc/passwd'>]><a>&b;</a>").error == refused);
  CHECK(parse("<!DOCTYPE a SYSTEM 'a.dtd' [<!ENTITY % b SYSTEM 'b.dtd'> %b;]><a/>").error ==
        refused);
  std::string laughs = "<!DOCTYPE a [<!ENTITY l0 'lol'>";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "&l" + std::to_string(i - 1) + ";";
    laughs += "<!ENTITY l" + std::to_string(i) + " '" + repeated(before, 10) + "'>";
  }
  const auto parsed = parse(laughs + "]><a>&l9;</a>");
  CHECK(parsed.error == refused);
  CHECK(parsed.events.empty());
}

TEST_CASE("an entity that is not defined is refused, never left out", "[import][xml]") {
  CHECK(parse("<a>\n&b;</a>").error == "a.xml, line 2: is not well-formed XML: undefined entity");
  CHECK(parse("<a x='&b;'/>").error == "a.xml, line 1: is not well-formed XML: undefined entity");
  const std::string type = "<!DOCTYPE a SYSTEM 'a.dtd'>\n";
  CHECK(parse(type + "<a>&b;</a>").error == "a.xml, line 2: the entity &b; is not defined");
  CHECK(parse(type + "<a x='&amp;&#38;&b;'/>").error ==
        "a.xml, line 2: an attribute of <a> names an entity that is not defined");
  CHECK(parse(type + "<a x='&amp;&#38;&quot;'/>").events == Events{"<a x=&&\">", "</a>"});
}

TEST_CASE("a document cut off anywhere is refused", "[import][xml]") {
  const std::string document =
      "<?xml version=\"1.0\"?>\n<!--c--><a x='1'><b>Ménière</b><![CDATA[x]]>&amp;</a>";
  const std::size_t piece_bytes = GENERATE(1, 100'000);
  REQUIRE(parse(document, piece_bytes).error == "");
  CHECK(parse("", piece_bytes).error == "a.xml, line 1: the file is empty");
  for (std::size_t bytes = 1; bytes < document.size(); ++bytes) {
    CAPTURE(document.substr(0, bytes));
    CHECK_THAT(parse(document.substr(0, bytes), piece_bytes).error,
               Catch::StartsWith("a.xml, line ") &&
                   Catch::EndsWith(": the file ends in the middle of the document: it is "
                                   "truncated"));
  }
}

TEST_CASE("malformed documents are refused with their line", "[import][xml]") {
  const std::string start = "a.xml, line 3: is not well-formed XML: ";
  CHECK(parse("<a>\n<b>\n</a>").error == start + "mismatched tag");
  CHECK(parse("<a>\n\n</a><b/>").error == start + "junk after document element");
  CHECK(parse("<a>\n\n<b x='1' x='2'/></a>").error == start + "duplicate attribute");
  CHECK(parse("<a>\n\n<b x=1/></a>").error == start + "not well-formed (invalid token)");
  CHECK(parse("\n\ntext").error == start + "syntax error");
}

TEST_CASE("elements may be nested as deep as the limit", "[import][xml]") {
  const auto nested = [](std::size_t depth) {
    return repeated("<a>\n", depth) + repeated("</a>", depth);
  };
  CHECK(parse(nested(10), 100'000, {.depth_max = 10}).error == "");
  CHECK(parse(nested(11), 100'000, {.depth_max = 10}).error ==
        "a.xml, line 11: elements are nested deeper than 10");
  const auto deep = parse(nested(1'000'000));
  CHECK(deep.error == "a.xml, line 65: elements are nested deeper than 64");
  CHECK(deep.bytes_read < 200'000);
}

TEST_CASE("texts and tags may be as long as the limits", "[import][xml]") {
  const std::size_t piece_bytes = GENERATE(7, 100'000);
  const XmlLimits limits = {.text_bytes_max = 100, .markup_bytes_max = 200};
  const auto error = [&](const std::string& text) {
    return parse(text, piece_bytes, limits).error;
  };
  const std::string x50(50, 'x');
  CHECK(error("<a>" + x50 + "<![CDATA[" + x50 + "]]><b/>" + x50 + "</a>") == "");
  CHECK(error("<a>\n" + x50 + "<![CDATA[" + x50 + "]]></a>") ==
        "a.xml, line 2: a text is longer than 100 bytes");
  CHECK(error("<a>" + repeated("&amp;", 101) + "</a>") ==
        "a.xml, line 1: a text is longer than 100 bytes");
  CHECK(error("<a x='" + x50 + "' y='" + x50 + "'/>") == "");
  CHECK_THAT(error("<a x='" + repeated(x50, 4) + "'/>"),
             Catch::Matches("a.xml, line 1: a tag (or comment )?is longer than 200 bytes"));
}

TEST_CASE("endless input is refused early", "[import][xml]") {
  const std::string endless = repeated("x", 20'000'000);
  const std::string start =
      GENERATE("<a>", "<a x='", "<", "<!--", "<a><![CDATA[", "<?x ", "<!DOCTYPE ", "</", "<a>&");
  CAPTURE(start);
  const auto parsed = parse(start + endless);
  CHECK(parsed.error != "");
  CHECK(parsed.events.size() <= 1);
  CHECK(parsed.bytes_read < 2'000'000);
}

TEST_CASE("a handler's own error ends the reading and is returned unchanged", "[import][xml]") {
  struct Refuser final : XmlHandler {
    explicit Refuser(std::string_view at) : at_(at) {}
    Result<void> start(std::string_view, std::span<const XmlAttribute>) override {
      return refuse_at("start");
    }
    Result<void> end(std::string_view) override { return refuse_at("end"); }
    Result<void> text(std::string_view) override { return refuse_at("text"); }
    Result<void> comment(std::string_view) override { return refuse_at("comment"); }
    Result<void> refuse_at(std::string_view what) {
      CHECK(!has_refused);
      if (what != at_) return {};
      has_refused = true;
      return reader->error_here("not this " + std::string(what));
    }
    XmlReader* reader = nullptr;
    bool has_refused = false;

   private:
    std::string_view at_;
  };
  const auto* const what = GENERATE("start", "end", "text", "comment");
  Refuser refuser(what);
  XmlReader reader("a.xml", in_pieces("\n<a/>\n<!--c-->", 100'000));
  XmlReader with_text("a.xml", in_pieces("\n<a>x<!--c--><b/>y</a>", 100'000));
  XmlReader& used = std::string_view(what) == "text" ? with_text : reader;
  refuser.reader = &used;
  const auto read = used.read(refuser);
  REQUIRE(!read);
  CHECK(read.error().detail == "a.xml, line " +
                                   std::to_string(std::string_view(what) == "comment" ? 3 : 2) +
                                   ": not this " + what);
}

TEST_CASE("an error of the source is returned unchanged", "[import][xml]") {
  int calls = 0;
  XmlReader reader("a.xml", [&](std::span<char> buffer) -> Result<std::size_t> {
    if (++calls == 2) return base::Error{base::ErrorCode::io, "the disk is gone", {}};
    buffer[0] = '<';
    return 1;
  });
  Recorder recorder;
  const auto read = reader.read(recorder);
  REQUIRE(!read);
  CHECK(read.error() == base::Error{base::ErrorCode::io, "the disk is gone", {}});
}

TEST_CASE("any text written as XML is read back", "[import][xml][property]") {
  CHECK(rc::check([] {
    const auto letter = rc::gen::element<std::string>("a", "<", "&", ">", "]", "\n", "\r", "é", "€",
                                                      "\xF0\x9F\x8D\x8E");
    const auto texts = *rc::gen::resize(
        12, rc::gen::container<std::vector<std::vector<std::string>>>(
                rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(letter))));
    std::string document = "<a>";
    Events events = {"<a>"};
    for (const auto& letters : texts) {
      std::string text;
      for (const auto& part : letters) text += part;
      document += "<b>" + escaped(text) + "</b>";
      events.insert(events.end(), {"<b>", text, "</b>"});
    }
    events.emplace_back("</a>");
    const auto parsed = parse(document + "</a>", *rc::gen::inRange<std::size_t>(1, 20));
    RC_ASSERT(parsed.error == "");
    RC_ASSERT(parsed.events == events);
  }));
}

}  // namespace codelog::tests::import_xml_test
