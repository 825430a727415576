#include "coding_systems/dmd/schema.h"

#include <algorithm>
#include <array>

#include "events/base/check.h"
#include "events/base/text.h"

namespace codelog::coding_systems::dmd {
namespace {

using enum ColumnRule;

constexpr Column identifier(std::string_view name, ColumnRule rule,
                            std::string_view references = "", std::string_view index_suffix = "") {
  return {name, ColumnKind::identifier, rule, 18, references, index_suffix};
}

constexpr Column text(std::string_view name, int characters_max, ColumnRule rule) {
  return {name, ColumnKind::text, rule, characters_max, {}, {}};
}

constexpr Column number(std::string_view name, ColumnRule rule, std::string_view references = "",
                        std::string_view index_suffix = "") {
  return {name, ColumnKind::number, rule, 0, references, index_suffix};
}

constexpr Column decimal(std::string_view name) {
  return {name, ColumnKind::decimal, optional, 0, {}, {}};
}

constexpr Column flag(std::string_view name) {
  return {name, ColumnKind::flag, required, 0, {}, {}};
}

constexpr Column date(std::string_view name, ColumnRule rule) {
  return {name, ColumnKind::date, rule, 0, {}, {}};
}

constexpr Column lookup_150[] = {number("cd", key), text("descr", 150, required)};
constexpr Column lookup_60[] = {number("cd", key), text("descr", 60, required)};
constexpr Column lookup_20[] = {number("cd", key), text("descr", 20, required)};
constexpr Column form_columns[] = {
    identifier("cd", key),
    date("cddt", optional),
    identifier("cdprev", optional),
    text("descr", 60, required),
};
constexpr Column ing_columns[] = {
    identifier("isid", key), date("isiddt", optional),  identifier("isidprev", optional),
    flag("invalid"),         text("nm", 255, required),
};
constexpr Column route_columns[] = {
    identifier("cd", key),
    date("cddt", optional),
    identifier("cdprev", optional),
    text("descr", 60, required),
};
constexpr Column supplier_columns[] = {
    identifier("cd", key), date("cddt", optional),      identifier("cdprev", optional),
    flag("invalid"),       text("descr", 80, required),
};
constexpr Column unitofmeasure_columns[] = {
    identifier("cd", key),
    date("cddt", optional),
    identifier("cdprev", optional),
    text("descr", 150, required),
};
constexpr Column vmp_columns[] = {
    identifier("vpid", key),
    date("vpiddt", optional),
    identifier("vpidprev", optional),
    flag("invalid"),
    text("nm", 255, required),
    text("abbrevnm", 60, optional),
    date("nmdt", optional),
    text("nmprev", 255, optional),
    flag("sug_f"),
    flag("glu_f"),
    flag("pres_f"),
    flag("cfc_f"),
    date("non_availdt", optional),
    decimal("udfs"),
    number("basiscd", required, "dmd_basisofname", "5670a821"),
    number("basis_prevcd", optional, "dmd_basisofname", "80e550dc"),
    number("combprodcd", optional, "dmd_combinationprodind", "7348b150"),
    number("df_indcd", optional, "dmd_dfindicator", "e6483c20"),
    number("nmchangecd", optional, "dmd_namechangereason", "6488e164"),
    number("non_availcd", optional, "dmd_virtualproductnonavail", "ce9b73e4"),
    number("pres_statcd", required, "dmd_virtualproductpresstatus", "26116567"),
    identifier("udfs_uomcd", optional, "dmd_unitofmeasure", "ccc84ac1"),
    identifier("unit_dose_uomcd", optional, "dmd_unitofmeasure", "73070ada"),
    identifier("vtmid", optional, "dmd_vtm", "5ad3bf0c"),
};
constexpr Column vtm_columns[] = {
    identifier("vtmid", key),          flag("invalid"),
    text("nm", 255, required),         text("abbrevnm", 60, optional),
    identifier("vtmidprev", optional), date("vtmiddt", optional),
};
constexpr Column vpi_columns[] = {
    identifier("bs_subid", optional),
    decimal("strnt_nmrtr_val"),
    decimal("strnt_dnmtr_val"),
    number("basis_strntcd", optional, "dmd_basisofstrnth", "5aca24af"),
    identifier("isid", required, "dmd_ing", "de657a45"),
    identifier("strnt_dnmtr_uomcd", optional, "dmd_unitofmeasure", "a0cb59ab"),
    identifier("strnt_nmrtr_uomcd", optional, "dmd_unitofmeasure", "00b321e7"),
    identifier("vpid", required, "dmd_vmp", "9e741add"),
};
constexpr Column vmpp_columns[] = {
    identifier("vppid", key),
    flag("invalid"),
    text("nm", 420, required),
    decimal("qtyval"),
    text("bnf_code", 15, optional),
    number("combpackcd", optional, "dmd_combinationpackind", "ab9c08e4"),
    identifier("qty_uomcd", optional, "dmd_unitofmeasure", "4f9c9e2d"),
    identifier("vpid", required, "dmd_vmp", "1887efc7"),
};
constexpr Column reimbinfo_columns[] = {
    number("px_chrgs", optional),
    number("disp_fees", optional),
    flag("bb"),
    flag("cal_pack"),
    flag("fp34d"),
    identifier("appid", unique, "dmd_ampp"),
    number("dndcd", optional, "dmd_dnd", "0cf36841"),
    number("spec_contcd", optional, "dmd_speccont", "55a7f53b"),
};
constexpr Column priceinfo_columns[] = {
    number("price", optional),
    date("pricedt", optional),
    number("price_prev", optional),
    identifier("appid", unique, "dmd_ampp"),
    number("price_basiscd", required, "dmd_pricebasis", "5904cc3e"),
};
constexpr Column prescribinfo_columns[] = {
    flag("sched_2"), flag("acbs"),
    flag("padm"),    flag("fp10_mda"),
    flag("sched_1"), flag("hosp"),
    flag("nurse_f"), flag("enurse_f"),
    flag("dent_f"),  identifier("appid", unique, "dmd_ampp"),
};
constexpr Column packinfo_columns[] = {
    date("reimb_statdt", optional),
    text("pack_order_no", 20, optional),
    identifier("appid", unique, "dmd_ampp"),
    number("reimb_statcd", required, "dmd_reimbursementstatus", "85d68b44"),
    number("reimb_statprevcd", optional, "dmd_reimbursementstatus", "f4d49101"),
};
constexpr Column ont_columns[] = {
    number("formcd", required, "dmd_ontformroute", "5a8a599d"),
    identifier("vpid", required, "dmd_vmp", "6822b1cb"),
};
constexpr Column licroute_columns[] = {
    identifier("apid", required, "dmd_amp", "e8e70c2d"),
    identifier("routecd", required, "dmd_route", "d98f5d1c"),
};
constexpr Column gtin_columns[] = {
    text("gtin", 18, required),
    date("startdt", required),
    date("enddt", optional),
    identifier("appid", unique, "dmd_ampp"),
};
constexpr Column dtinfo_columns[] = {
    number("price", optional),
    date("dt", optional),
    number("prevprice", optional),
    number("pay_catcd", required, "dmd_dtpaymentcategory", "068a666f"),
    identifier("vppid", unique, "dmd_vmpp"),
};
constexpr Column droute_columns[] = {
    identifier("routecd", required, "dmd_route", "c864be23"),
    identifier("vpid", required, "dmd_vmp", "ebaf5202"),
};
constexpr Column dform_columns[] = {
    identifier("formcd", required, "dmd_form", "3358b9cd"),
    identifier("vpid", unique, "dmd_vmp"),
};
constexpr Column controlinfo_columns[] = {
    date("catdt", optional),
    number("catcd", required, "dmd_controldrugcategory", "f961af3f"),
    number("cat_prevcd", optional, "dmd_controldrugcategory", "842493d6"),
    identifier("vpid", unique, "dmd_vmp"),
};
constexpr Column aping_columns[] = {
    decimal("strnth"),
    identifier("apid", required, "dmd_amp", "84dd5b7a"),
    identifier("isid", required, "dmd_ing", "2d30c8ba"),
    identifier("uomcd", optional, "dmd_unitofmeasure", "fe93388c"),
};
constexpr Column apinfo_columns[] = {
    text("sz_weight", 100, optional),
    text("prod_order_no", 20, optional),
    identifier("apid", unique, "dmd_amp"),
    number("colourcd", optional, "dmd_colour", "c2f556c1"),
};
constexpr Column ampp_columns[] = {
    identifier("appid", key),
    flag("invalid"),
    text("nm", 774, required),
    text("abbrevnm", 60, optional),
    text("subp", 30, optional),
    date("discdt", optional),
    text("bnf_code", 15, optional),
    identifier("apid", required, "dmd_amp", "3922fc5b"),
    number("combpackcd", optional, "dmd_combinationpackind", "cf586a81"),
    number("disccd", optional, "dmd_discontinuedind", "d34d703a"),
    number("legal_catcd", required, "dmd_legalcategory", "a9a8be20"),
    identifier("vppid", required, "dmd_vmpp", "cfdd2721"),
};
constexpr Column amp_columns[] = {
    identifier("apid", key),
    flag("invalid"),
    text("nm", 255, required),
    text("abbrevnm", 60, optional),
    text("descr", 700, required),
    date("nmdt", optional),
    text("nm_prev", 255, optional),
    date("lic_authchangedt", optional),
    flag("ema"),
    flag("parallel_import"),
    text("bnf_code", 15, optional),
    number("avail_restrictcd", required, "dmd_availabilityrestriction", "4160c735"),
    number("combprodcd", optional, "dmd_combinationprodind", "2a9472fe"),
    number("flavourcd", optional, "dmd_flavour", "631a78e8"),
    number("lic_authcd", required, "dmd_licensingauthority", "1e1da8fc"),
    number("lic_auth_prevcd", optional, "dmd_licensingauthority", "34759c50"),
    number("lic_authchangecd", optional, "dmd_licensingauthoritychangereason", "0ddd3a5f"),
    identifier("suppcd", required, "dmd_supplier", "2d45b07f"),
    identifier("vpid", required, "dmd_vmp", "c2c31594"),
};

constexpr std::array tables = {
    Table{.name = "dmd_availabilityrestriction", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_basisofname", .part = Part::lookup, .columns = lookup_150},
    Table{.name = "dmd_basisofstrnth", .part = Part::lookup, .columns = lookup_150},
    Table{.name = "dmd_colour", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_combinationpackind", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_combinationprodind", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_controldrugcategory", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_dfindicator", .part = Part::lookup, .columns = lookup_20},
    Table{.name = "dmd_discontinuedind", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_dnd", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_dtpaymentcategory", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_flavour", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_form", .part = Part::lookup, .columns = form_columns},
    Table{.name = "dmd_ing", .part = Part::ingredient, .columns = ing_columns},
    Table{.name = "dmd_legalcategory", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_licensingauthority", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_licensingauthoritychangereason", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_namechangereason", .part = Part::lookup, .columns = lookup_150},
    Table{.name = "dmd_ontformroute", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_pricebasis", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_reimbursementstatus", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_route", .part = Part::lookup, .columns = route_columns},
    Table{.name = "dmd_speccont", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_supplier", .part = Part::lookup, .columns = supplier_columns},
    Table{.name = "dmd_unitofmeasure", .part = Part::lookup, .columns = unitofmeasure_columns},
    Table{.name = "dmd_virtualproductnonavail", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_virtualproductpresstatus", .part = Part::lookup, .columns = lookup_60},
    Table{.name = "dmd_vmp", .part = Part::vmp, .columns = vmp_columns},
    Table{.name = "dmd_vtm", .part = Part::vtm, .columns = vtm_columns},
    Table{.name = "dmd_vpi", .part = Part::vmp, .columns = vpi_columns, .is_numbered = true},
    Table{.name = "dmd_vmpp", .part = Part::vmpp, .columns = vmpp_columns},
    Table{.name = "dmd_reimbinfo",
          .part = Part::ampp,
          .columns = reimbinfo_columns,
          .is_numbered = true},
    Table{.name = "dmd_priceinfo",
          .part = Part::ampp,
          .columns = priceinfo_columns,
          .is_numbered = true},
    Table{.name = "dmd_prescribinfo",
          .part = Part::ampp,
          .columns = prescribinfo_columns,
          .is_numbered = true},
    Table{.name = "dmd_packinfo",
          .part = Part::ampp,
          .columns = packinfo_columns,
          .is_numbered = true},
    Table{.name = "dmd_ont", .part = Part::vmp, .columns = ont_columns, .is_numbered = true},
    Table{.name = "dmd_licroute",
          .part = Part::amp,
          .columns = licroute_columns,
          .is_numbered = true},
    Table{.name = "dmd_gtin", .part = Part::gtin, .columns = gtin_columns, .is_numbered = true},
    Table{.name = "dmd_dtinfo", .part = Part::vmpp, .columns = dtinfo_columns, .is_numbered = true},
    Table{.name = "dmd_droute", .part = Part::vmp, .columns = droute_columns, .is_numbered = true},
    Table{.name = "dmd_dform", .part = Part::vmp, .columns = dform_columns, .is_numbered = true},
    Table{.name = "dmd_controlinfo",
          .part = Part::vmp,
          .columns = controlinfo_columns,
          .is_numbered = true},
    Table{.name = "dmd_aping", .part = Part::amp, .columns = aping_columns, .is_numbered = true},
    Table{.name = "dmd_apinfo", .part = Part::amp, .columns = apinfo_columns, .is_numbered = true},
    Table{.name = "dmd_ampp", .part = Part::ampp, .columns = ampp_columns},
    Table{.name = "dmd_amp", .part = Part::amp, .columns = amp_columns},
};

constexpr std::array<std::string_view, 1> migrations = {"0001_initial"};

const Table& table_named(std::string_view name) {
  const auto found = std::ranges::find(tables, name, &Table::name);
  CODELOG_CHECK(found != tables.end(), "a column references a table that is not there");
  return *found;
}

std::string in_quotes(std::string_view name) { return '"' + std::string(name) + '"'; }

std::string sql_type(const Column& column) {
  switch (column.kind) {
    case ColumnKind::identifier:
    case ColumnKind::text:
      return "varchar(" + std::to_string(column.characters_max) + ")";
    case ColumnKind::number:
      return "integer";
    case ColumnKind::decimal:
      return "decimal";
    case ColumnKind::flag:
      return "bool";
    case ColumnKind::date:
      return "date";
  }
  return "";
}

// Spelling, order and names are Django's: the text is the schema's identity.
std::string column_sql(const Column& column) {
  std::string sql = in_quotes(column.name) + " " + sql_type(column);
  sql += column.rule == optional ? " NULL" : " NOT NULL";
  if (column.rule == key) sql += " PRIMARY KEY";
  if (column.rule == unique) sql += " UNIQUE";
  if (column.references.empty()) return sql;
  const Column& target = table_named(column.references).columns.front();
  return sql + " REFERENCES " + in_quotes(column.references) + " (" + in_quotes(target.name) +
         ") DEFERRABLE INITIALLY DEFERRED";
}

std::string make_tables_sql() {
  std::string sql;
  for (const Table& table : tables) {
    std::string columns =
        table.is_numbered ? R"("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT)" : "";
    for (const Column& column : table.columns) {
      columns += (columns.empty() ? "" : ", ") + column_sql(column);
    }
    sql += "CREATE TABLE " + in_quotes(table.name) + " (" + columns + ");";
  }
  return sql;
}

std::string make_indexes_sql() {
  std::string sql;
  for (const Table& table : tables) {
    for (const Column& column : table.columns) {
      if (column.index_suffix.empty()) continue;
      const std::string name = std::string(table.name) + "_" + std::string(column.name) + "_" +
                               std::string(column.index_suffix);
      sql += "CREATE INDEX " + in_quotes(name) + " ON " + in_quotes(table.name) + " (" +
             in_quotes(column.name) + ");";
    }
  }
  return sql;
}

}  // namespace

std::span<const Table> all_tables() { return tables; }

const Table* find_table(Part part, std::string_view element) {
  // The rows of the GTIN file are called AMPP, like those of another file.
  if (part == Part::gtin && element != "AMPP") return nullptr;
  std::string name = part == Part::gtin ? "gtin" : base::ascii_lower(element);
  std::erase(name, '_');
  name.insert(0, "dmd_");
  const auto found = std::ranges::find(tables, name, &Table::name);
  return found != tables.end() && found->part == part ? &*found : nullptr;
}

std::string element_of(const Column& column) {
  if (column.name == "descr") return "DESC";
  if (column.name == "dndcd") return "DND";
  return base::ascii_upper(column.name);
}

const ReleaseSchema& release_schema() {
  static const std::string tables_sql = make_tables_sql();
  static const std::string indexes_sql = make_indexes_sql();
  static const ReleaseSchema schema = {.application = "dmd",
                                       .migrations = migrations,
                                       .tables_sql = tables_sql,
                                       .indexes_sql = indexes_sql,
                                       .has_distinct_keys = true};
  return schema;
}

}  // namespace codelog::coding_systems::dmd
