// Reads an XML document as a stream. Passes on the content in document order and keeps none of it.
// Memory: one block, one text, and the names of the open elements, for any document.
//
// Documents must be UTF-8 (which includes US-ASCII); a declared or detected other encoding is
// refused. A document type that only names a file (<!DOCTYPE ClaML SYSTEM "ClaML.dtd">) is skipped:
// the reader never loads anything. A document type with declarations is refused, so the only
// entities to expand are the five of XML itself.
//
// Names are as written, including prefixes. Not safe from several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"

struct XML_ParserStruct;

namespace codelog::coding_systems {

struct XmlLimits {
  std::size_t depth_max = 64;                 // open elements
  std::size_t text_bytes_max = 1024 * 1024;   // one text between two tags or comments
  std::size_t markup_bytes_max = 256 * 1024;  // a tag with its attributes, or a comment
};

struct XmlAttribute {
  std::string_view name;
  std::string_view value;
};

// The value of an attribute, if present.
std::optional<std::string_view> find_attribute(std::span<const XmlAttribute> attributes,
                                               std::string_view name);

// Receives the content of a document. Arguments live until the call returns. An error ends the
// reading, and XmlReader::read() returns it unchanged; XmlReader::error_here() makes an error with
// file and line.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;

  virtual base::Result<void> start(std::string_view name,
                                   std::span<const XmlAttribute> attributes) = 0;
  virtual base::Result<void> end(std::string_view name) = 0;
  // Receives all text up to the next tag or comment in one call, even if it is only white space.
  virtual base::Result<void> text(std::string_view text) = 0;
  virtual base::Result<void> comment(std::string_view) { return {}; }
};

class XmlReader {
 public:
  // Fills the buffer as far as the source has bytes; returns 0 at its end.
  using Read = std::function<base::Result<std::size_t>(std::span<char>)>;

  // `name` is the file's name, for errors.
  XmlReader(std::string name, Read read, XmlLimits limits = {});
  ~XmlReader();
  XmlReader(const XmlReader&) = delete;
  XmlReader& operator=(const XmlReader&) = delete;

  // Reads the whole document; call once. Errors: invalid with file and line (malformed, truncated,
  // in another encoding, over a limit, with declarations), and those of the source and the handler.
  base::Result<void> read(XmlHandler& handler);

  std::uint64_t line_number() const;  // line of the current content, from 1
  std::uint64_t bytes_read() const { return bytes_read_; }
  // "NAME, line 17: " followed by the detail.
  base::Error error_here(std::string_view detail) const;

 private:
  struct Free {
    void operator()(XML_ParserStruct* parser) const;
  };
  struct Callbacks;  // the parser calls these; each receives this reader as a pointer

  base::Result<std::size_t> read_block();
  base::Result<void> check_first_bytes(std::span<const char> bytes) const;
  base::Error parse_error(bool at_end) const;
  void on_start(const char* name, const char** attributes);
  void on_end(const char* name);
  void on_text(std::string_view text);
  void on_comment(std::string_view text);
  void on_declaration(const char* encoding);
  bool begin_event();
  void take(const base::Result<void>& result);
  void refuse(std::string_view detail);
  void stop(base::Error error);
  bool names_unknown_entity() const;

  std::string name_;
  Read read_;
  XmlLimits limits_;
  std::unique_ptr<XML_ParserStruct, Free> parser_;
  XmlHandler* handler_ = nullptr;  // the caller's, while read() runs
  std::optional<base::Error> error_;
  std::string text_;
  std::vector<XmlAttribute> attributes_;
  std::size_t depth_ = 0;
  std::uint64_t bytes_read_ = 0;
  bool has_document_type_ = false;
};

}  // namespace codelog::coding_systems
