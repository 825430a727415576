#include "tools/bench/figures.h"

#include <algorithm>

#include "tools/terminal.h"

namespace codelog::tools::bench {
namespace {

std::string text_of(const Aim& aim, const std::string& unit) {
  switch (aim.kind) {
    case AimKind::at_most:
      return "<= " + format_number(aim.value) + " " + unit;
    case AimKind::at_least:
      return ">= " + format_number(aim.value) + " " + unit;
    case AimKind::ratio_at_most:
      return "<= " + format_number(aim.value) + "x";
    case AimKind::ratio_at_least:
      return ">= " + format_number(aim.value) + "x";
  }
  return "";
}

std::string aims_of(const Figure& figure) {
  std::string text;
  for (const Aim& aim : figure.aims) text += (text.empty() ? "" : ", ") + text_of(aim, figure.unit);
  return text;
}

bool all_met(const Figure& figure) {
  return std::ranges::all_of(figure.aims, [&](const Aim& aim) { return is_met(aim, figure); });
}

std::string verdict(const Figure& figure) {
  if (figure.aims.empty()) return "";
  return all_met(figure) ? "met" : "SHORT";
}

}  // namespace

bool is_met(const Aim& aim, const Figure& figure) {
  const double ratio = figure.ratio.value_or(0);
  switch (aim.kind) {
    case AimKind::at_most:
      return figure.measured <= aim.value;
    case AimKind::at_least:
      return figure.measured >= aim.value;
    case AimKind::ratio_at_most:
      return figure.ratio && ratio <= aim.value;
    case AimKind::ratio_at_least:
      return figure.ratio && ratio >= aim.value;
  }
  return false;
}

std::string Figures::to_table() const {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(figures_.size());
  for (const Figure& figure : figures_) {
    rows.push_back(
        {figure.name, aims_of(figure), format_number(figure.measured) + " " + figure.unit,
         figure.ratio ? format_number(*figure.ratio) + "x" : "", verdict(figure), figure.baseline});
  }
  std::string text = format_table(
      {{"figure"}, {"aim"}, {"measured", true}, {"ratio", true}, {""}, {"baseline"}}, rows);
  for (const Skipped& skipped : skipped_)
    text += "not measured: " + skipped.what + ": " + skipped.why + "\n";
  return text;
}

Json Figures::to_json() const {
  Json figures = Json::array();
  for (const Figure& figure : figures_) {
    figures.push_back({{"name", figure.name},
                       {"unit", figure.unit},
                       {"measured", figure.measured},
                       {"ratio", figure.ratio ? Json(*figure.ratio) : Json(nullptr)},
                       {"aim", aims_of(figure)},
                       {"met", figure.aims.empty() ? Json(nullptr) : Json(all_met(figure))},
                       {"baseline", figure.baseline}});
  }
  Json skipped = Json::array();
  for (const Skipped& entry : skipped_) {
    skipped.push_back({{"what", entry.what}, {"why", entry.why}});
  }
  return {{"figures", std::move(figures)}, {"skipped", std::move(skipped)}};
}

}  // namespace codelog::tools::bench
