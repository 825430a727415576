// The results of the bench: figures with their aims and baselines.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/json.h"

namespace codelog::tools::bench {

enum class AimKind { at_most, at_least, ratio_at_most, ratio_at_least };

struct Aim {
  AimKind kind = AimKind::at_most;
  double value = 0;
};

struct Figure {
  std::string name;
  std::string unit;
  double measured = 0;
  std::vector<Aim> aims = {};  // none: the figure has no target
  std::optional<double> ratio = {};
  std::string baseline =
      {};  // the other side of the ratio, with its value; or another figure for orientation
};

bool is_met(const Aim& aim, const Figure& figure);

class Figures {
 public:
  void add(Figure figure) { figures_.push_back(std::move(figure)); }
  // Records in a sentence why a figure is missing.
  void leave_out(const std::string& what, const std::string& why) {
    skipped_.push_back({what, why});
  }

  const std::vector<Figure>& all() const { return figures_; }
  std::string to_table() const;
  Json to_json() const;

 private:
  struct Skipped {
    std::string what;
    std::string why;
  };
  std::vector<Figure> figures_;
  std::vector<Skipped> skipped_;
};

}  // namespace codelog::tools::bench
