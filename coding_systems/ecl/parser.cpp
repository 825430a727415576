#include "coding_systems/ecl/parser.h"

#include <array>
#include <optional>
#include <utility>

#include "coding_systems/ecl/tokens.h"
#include "events/base/text.h"

namespace codelog::coding_systems::ecl {
namespace {

using base::Result;

// Parts of the language that are not read yet.
struct Unsupported {
  std::string_view text;
  std::string_view meaning;
};
constexpr std::array unsupported_symbols = {
    Unsupported{"^", "the members of a reference set"},
    Unsupported{"*", "any concept"},
    Unsupported{"<!", "children"},
    Unsupported{"<<!", "children and the concepts themselves"},
    Unsupported{">", "ancestors"},
    Unsupported{">>", "ancestors and the concepts themselves"},
    Unsupported{">!", "parents"},
    Unsupported{">>!", "parents and the concepts themselves"},
    Unsupported{"!!>", "the topmost concepts"},
    Unsupported{"!!<", "the lowest concepts"},
    Unsupported{":", "attributes"},
    Unsupported{".", "the values of an attribute"},
    Unsupported{"{", "groups of attributes"},
    Unsupported{"{{", "filters"},
    Unsupported{"[", "cardinalities"},
    Unsupported{",", "AND"}};

std::string shown(std::string_view text) {
  constexpr std::size_t bytes_max = 40;
  return text.size() <= bytes_max ? std::string(text)
                                  : std::string(base::utf8_prefix(text, bytes_max)) + "…";
}

// A pair of parentheses that is not closed yet, or the whole expression.
struct Open {
  std::size_t at_bytes = 0;
  HierarchyOperator hierarchy_operator = HierarchyOperator::none;
  std::optional<SetOperator> set_operator;
  std::vector<NodeIndex> operands;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), tokens_(text) {}

  Result<Expression> parse() {
    open_.emplace_back();
    for (;;) {
      const auto token = tokens_.next();
      if (!token) return token.error();
      if (token->kind == TokenKind::end && !wants_operand_ && open_.size() == 1) break;
      const auto taken = wants_operand_ ? take_operand(*token) : take_after_operand(*token);
      if (!taken) return taken.error();
    }
    close();
    return std::move(expression_);
  }

 private:
  base::Error wrong(const Token& token, const std::string& detail) const {
    return error_at(text_, token.at_bytes, detail);
  }

  base::Error unexpected(const Token& token, const std::string& expected) const {
    for (const Unsupported& part : unsupported_symbols) {
      if (!token.is(part.text)) continue;
      return wrong(token, std::string(part.text) + " (" + std::string(part.meaning) +
                              ") is not supported yet");
    }
    if (token.is_word("AND")) return wrong(token, "AND is not supported yet");
    if (token.kind == TokenKind::end) {
      return wrong(token, "the expression ends here, but " + expected + " is expected");
    }
    return wrong(token, expected + " is expected, not \"" + shown(token.text) + "\"");
  }

  Result<void> take_operand(const Token& token) {
    if (token.is("<") || token.is("<<")) {
      if (operator_ != HierarchyOperator::none) {
        return wrong(token, "a second operator needs parentheses: <<(<…)");
      }
      operator_ =
          token.is("<") ? HierarchyOperator::descendants : HierarchyOperator::descendants_or_self;
      return {};
    }
    if (token.is("(")) return open_parenthesis(token);
    if (token.kind != TokenKind::concept_id) {
      return unexpected(token, operator_ == HierarchyOperator::none ? "a concept id, <, << or ("
                                                                    : "a concept id or (");
    }
    add_operand({take_operator(), ConceptReference{std::string(token.text)}});
    may_have_term_ = true;
    return {};
  }

  Result<void> open_parenthesis(const Token& token) {
    if (open_.size() > parentheses_depth_max) {
      return wrong(token,
                   "parentheses may be at most " + std::to_string(parentheses_depth_max) + " deep");
    }
    if (++parentheses_count_ > parentheses_count_max) {
      return wrong(token, "there may be at most " + std::to_string(parentheses_count_max) +
                              " pairs of parentheses");
    }
    open_.push_back({token.at_bytes, take_operator(), std::nullopt, {}});
    return {};
  }

  Result<void> take_after_operand(const Token& token) {
    if (token.kind == TokenKind::term && std::exchange(may_have_term_, false)) return {};
    may_have_term_ = false;
    if (token.is_word("OR")) return take_set_operator(token, SetOperator::disjunction);
    if (token.is_word("MINUS")) return take_set_operator(token, SetOperator::exclusion);
    if (open_.size() > 1) {
      if (token.kind == TokenKind::end) {
        return error_at(text_, open_.back().at_bytes,
                        "the parenthesis that begins here has no end");
      }
      if (token.is(")")) {
        close();
        return {};
      }
    }
    return unexpected(token, open_.size() > 1 ? "OR, MINUS or )" : "OR, MINUS or the end");
  }

  Result<void> take_set_operator(const Token& token, SetOperator set_operator) {
    Open& open = open_.back();
    if (open.set_operator && *open.set_operator != set_operator) {
      return wrong(token, "OR and MINUS together need parentheses");
    }
    if (open.set_operator == SetOperator::exclusion) {
      return wrong(token, "a second MINUS needs parentheses");
    }
    open.set_operator = set_operator;
    wants_operand_ = true;
    return {};
  }

  HierarchyOperator take_operator() { return std::exchange(operator_, HierarchyOperator::none); }

  void add_operand(ExpressionNode node) {
    expression_.nodes.push_back(std::move(node));
    open_.back().operands.push_back(static_cast<NodeIndex>(expression_.nodes.size() - 1));
    wants_operand_ = false;
  }

  void close() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    const bool is_only_brackets =
        closed.operands.size() == 1 && closed.hierarchy_operator == HierarchyOperator::none;
    if (is_only_brackets && open_.empty()) return;
    if (is_only_brackets) {
      open_.back().operands.push_back(closed.operands.front());
      return;
    }
    ExpressionNode node{closed.hierarchy_operator,
                        Compound{closed.set_operator.value_or(SetOperator::disjunction),
                                 std::move(closed.operands)}};
    if (!open_.empty()) return add_operand(std::move(node));
    expression_.nodes.push_back(std::move(node));
  }

  std::string_view text_;
  Tokenizer tokens_;
  Expression expression_;
  std::vector<Open> open_;
  bool wants_operand_ = true;
  bool may_have_term_ = false;                            // the last token is a concept id
  HierarchyOperator operator_ = HierarchyOperator::none;  // of the operand that comes next
  std::size_t parentheses_count_ = 0;
};

}  // namespace

Result<Expression> parse_expression(std::string_view text) {
  if (text.size() > expression_bytes_max) {
    return base::Error{
        base::ErrorCode::too_large,
        "an expression may have at most " + std::to_string(expression_bytes_max) + " bytes",
        {}};
  }
  if (!base::is_utf8(text)) {
    return base::Error{base::ErrorCode::invalid, "is not well-formed UTF-8", {}};
  }
  return Parser(text).parse();
}

}  // namespace codelog::coding_systems::ecl
