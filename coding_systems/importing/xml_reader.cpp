#include "coding_systems/importing/xml_reader.h"

#include <expat.h>

#include <algorithm>
#include <array>
#include <utility>

#include "events/base/text.h"

namespace codelog::coding_systems {
namespace {

constexpr int xml_block_bytes = 64 * 1024;
constexpr std::string_view utf16_byte_order_marks[] = {"\xFE\xFF", "\xFF\xFE"};

bool is_accepted_encoding(std::string_view encoding) {
  const std::string lower = base::ascii_lower(encoding);
  return lower == "utf-8" || lower == "utf8" || lower == "us-ascii" || lower == "ascii";
}

bool is_predefined_entity(std::string_view name) {
  constexpr std::array<std::string_view, 5> names = {"lt", "gt", "amp", "quot", "apos"};
  return std::ranges::find(names, name) != names.end();
}

std::string printable(std::string_view text) {
  std::string shown;
  for (const char byte : text.substr(0, 100)) {
    shown += static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F ? '?' : byte;
  }
  return base::is_utf8(shown) ? shown : "(not UTF-8)";
}

}  // namespace

std::optional<std::string_view> find_attribute(std::span<const XmlAttribute> attributes,
                                               std::string_view name) {
  const auto found = std::ranges::find(attributes, name, &XmlAttribute::name);
  if (found == attributes.end()) return std::nullopt;
  return found->value;
}

struct XmlReader::Callbacks {
  static XmlReader& reader(void* user_data) { return *static_cast<XmlReader*>(user_data); }

  static void start(void* user_data, const char* name, const char** attributes) {
    reader(user_data).on_start(name, attributes);
  }
  static void end(void* user_data, const char* name) { reader(user_data).on_end(name); }
  static void text(void* user_data, const char* bytes, int size) {
    reader(user_data).on_text({bytes, static_cast<std::size_t>(size)});
  }
  static void comment(void* user_data, const char* text) { reader(user_data).on_comment(text); }
  static void declaration(void* user_data, const char*, const char* encoding, int) {
    reader(user_data).on_declaration(encoding);
  }
  static void document_type(void* user_data, const char*, const char*, const char*,
                            int has_declarations) {
    XmlReader& self = reader(user_data);
    self.has_document_type_ = true;
    if (has_declarations != 0) self.refuse("the document type has declarations of its own");
  }
  // Called only after a document type; without one, the parser itself reports the undefined entity.
  static void skipped_entity(void* user_data, const char* name, int) {
    reader(user_data).refuse("the entity &" + printable(name) + "; is not defined");
  }
};

void XmlReader::Free::operator()(XML_ParserStruct* parser) const { XML_ParserFree(parser); }

XmlReader::XmlReader(std::string name, Read read, XmlLimits limits)
    : name_(std::move(name)),
      read_(std::move(read)),
      limits_(limits),
      parser_(XML_ParserCreate("UTF-8")) {
  CODELOG_CHECK(parser_, "no memory for an XML parser");
  XML_ParserStruct* const parser = parser_.get();
  XML_SetUserData(parser, this);
  XML_SetElementHandler(parser, Callbacks::start, Callbacks::end);
  XML_SetCharacterDataHandler(parser, Callbacks::text);
  XML_SetCommentHandler(parser, Callbacks::comment);
  XML_SetXmlDeclHandler(parser, Callbacks::declaration);
  XML_SetStartDoctypeDeclHandler(parser, Callbacks::document_type);
  XML_SetSkippedEntityHandler(parser, Callbacks::skipped_entity);
}

XmlReader::~XmlReader() = default;

base::Result<void> XmlReader::read(XmlHandler& handler) {
  CODELOG_CHECK(handler_ == nullptr && bytes_read_ == 0, "an XML reader reads one document");
  handler_ = &handler;
  for (;;) {
    const auto size = read_block();
    if (!size) return size.error();
    const bool is_last = *size == 0;
    const auto status = XML_ParseBuffer(parser_.get(), static_cast<int>(*size), is_last ? 1 : 0);
    if (error_) return *error_;
    if (status != XML_STATUS_OK) return parse_error(is_last);
    if (is_last) return {};
    // Bytes that the parser keeps of an unfinished tag or comment.
    const auto index = XML_GetCurrentByteIndex(parser_.get());
    if (index >= 0 && bytes_read_ - static_cast<std::uint64_t>(index) > limits_.markup_bytes_max) {
      return error_here("a tag or comment is longer than " +
                        std::to_string(limits_.markup_bytes_max) + " bytes");
    }
  }
}

base::Result<std::size_t> XmlReader::read_block() {
  void* const buffer = XML_GetBuffer(parser_.get(), xml_block_bytes);
  CODELOG_CHECK(buffer != nullptr, "no memory for a block of XML");
  const std::span<char> block(static_cast<char*>(buffer), xml_block_bytes);
  const auto size = read_(block);
  if (!size) return size;
  if (bytes_read_ == 0) {
    if (auto checked = check_first_bytes(block.first(*size)); !checked) return checked.error();
  }
  bytes_read_ += *size;
  return size;
}

// Without this check, the parser would only say that the first byte is wrong.
base::Result<void> XmlReader::check_first_bytes(std::span<const char> bytes) const {
  const std::string_view first(bytes.data(), std::min<std::size_t>(bytes.size(), 2));
  if (first.empty()) return error_here("the file is empty");
  const bool is_utf16 =
      std::ranges::find(utf16_byte_order_marks, first) != std::end(utf16_byte_order_marks) ||
      first.find('\0') != std::string_view::npos;
  if (is_utf16) return error_here("the encoding is UTF-16 or UTF-32, not UTF-8");
  return {};
}

base::Error XmlReader::parse_error(bool at_end) const {
  const auto code = XML_GetErrorCode(parser_.get());
  const bool is_cut_off = code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN ||
                          code == XML_ERROR_PARTIAL_CHAR ||
                          code == XML_ERROR_UNCLOSED_CDATA_SECTION;
  if (at_end && is_cut_off) {
    return error_here("the file ends in the middle of the document: it is truncated");
  }
  return error_here(std::string("is not well-formed XML: ") + XML_ErrorString(code));
}

// Returns false when there is nothing to pass on, because the reading ends.
bool XmlReader::begin_event() {
  if (error_) return false;
  if (text_.empty()) return true;
  take(handler_->text(text_));
  text_.clear();
  return !error_;
}

void XmlReader::on_start(const char* name, const char** attributes) {
  if (!begin_event()) return;
  if (++depth_ > limits_.depth_max) {
    return refuse("elements are nested deeper than " + std::to_string(limits_.depth_max));
  }
  if (static_cast<std::size_t>(XML_GetCurrentByteCount(parser_.get())) > limits_.markup_bytes_max) {
    return refuse("a tag is longer than " + std::to_string(limits_.markup_bytes_max) + " bytes");
  }
  if (has_document_type_ && names_unknown_entity()) {
    return refuse("an attribute of <" + printable(name) + "> names an entity that is not defined");
  }
  attributes_.clear();
  for (; *attributes != nullptr; attributes += 2) {
    attributes_.push_back({attributes[0], attributes[1]});
  }
  take(handler_->start(name, attributes_));
}

void XmlReader::on_end(const char* name) {
  if (!begin_event()) return;
  --depth_;
  take(handler_->end(name));
}

void XmlReader::on_text(std::string_view text) {
  if (error_) return;
  if (text_.size() + text.size() > limits_.text_bytes_max) {
    return refuse("a text is longer than " + std::to_string(limits_.text_bytes_max) + " bytes");
  }
  text_ += text;
}

void XmlReader::on_comment(std::string_view text) {
  if (begin_event()) take(handler_->comment(text));
}

void XmlReader::on_declaration(const char* encoding) {
  if (error_ || encoding == nullptr || is_accepted_encoding(encoding)) return;
  refuse("the encoding is '" + printable(encoding) + "', not UTF-8");
}

// Where a document type names a file that was not loaded, the parser drops unknown entities from
// attributes without an error.
bool XmlReader::names_unknown_entity() const {
  int offset = 0;
  int size = 0;
  const char* const context = XML_GetInputContext(parser_.get(), &offset, &size);
  if (context == nullptr) return false;
  std::string_view tag(context, static_cast<std::size_t>(size));
  tag = tag.substr(static_cast<std::size_t>(offset),
                   static_cast<std::size_t>(XML_GetCurrentByteCount(parser_.get())));
  for (auto at = tag.find('&'); at != std::string_view::npos; at = tag.find('&', at + 1)) {
    const auto name = tag.substr(at + 1, tag.find(';', at) - at - 1);
    if (!name.starts_with('#') && !is_predefined_entity(name)) return true;
  }
  return false;
}

void XmlReader::take(const base::Result<void>& result) {
  if (!result) stop(result.error());
}

void XmlReader::refuse(std::string_view detail) { stop(error_here(detail)); }

void XmlReader::stop(base::Error error) {
  if (error_) return;
  error_ = std::move(error);
  XML_StopParser(parser_.get(), XML_FALSE);
}

std::uint64_t XmlReader::line_number() const { return XML_GetCurrentLineNumber(parser_.get()); }

base::Error XmlReader::error_here(std::string_view detail) const {
  return {base::ErrorCode::invalid,
          name_ + ", line " + std::to_string(line_number()) + ": " + std::string(detail),
          {}};
}

}  // namespace codelog::coding_systems
