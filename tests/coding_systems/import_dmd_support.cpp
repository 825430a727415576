#include "import_dmd_support.h"

#include <catch2/catch.hpp>

namespace codelog::tests {

std::string dmd_row(const std::string& name,
                    const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string row = "<" + name + ">";
  for (const auto& [element, text] : fields) {
    row += "<" + element + ">" + text + "</" + element + ">";
  }
  return row + "</" + name + ">\n";
}

std::string dmd_vtm(const std::string& vtmid, const std::string& name) {
  return dmd_row("VTM", {{"VTMID", vtmid}, {"NM", name}});
}

std::string dmd_vmp(const std::string& vpid, const std::string& vtmid, const std::string& name,
                    const std::string& more) {
  return "<VMP><VPID>" + vpid + "</VPID>" + (vtmid.empty() ? "" : "<VTMID>" + vtmid + "</VTMID>") +
         "<NM>" + name + "</NM><BASISCD>0001</BASISCD><PRES_STATCD>0001</PRES_STATCD>" + more +
         "</VMP>\n";
}

std::string dmd_amp(const std::string& apid, const std::string& vpid, const std::string& name,
                    const std::string& more) {
  return "<AMP><APID>" + apid + "</APID><VPID>" + vpid + "</VPID><NM>" + name + "</NM><DESC>" +
         name + " (Maker)</DESC><SUPPCD>7</SUPPCD><LIC_AUTHCD>0001</LIC_AUTHCD>" +
         "<AVAIL_RESTRICTCD>0001</AVAIL_RESTRICTCD>" + more + "</AMP>\n";
}

DmdArchive::DmdArchive() {
  contents["lookup"] = "<BASIS_OF_NAME>" + dmd_row("INFO", {{"CD", "0001"}, {"DESC", "rINN"}}) +
                       "</BASIS_OF_NAME><SUPPLIER>" +
                       dmd_row("INFO", {{"CD", "7"}, {"DESC", "Maker"}}) + "</SUPPLIER>\n";
  contents["ingredient"] = dmd_row("ING", {{"ISID", "1"}, {"NM", "Paracetamol"}});
  contents["vtm"] = dmd_vtm("10", "Pain relief");
  contents["vmp"] =
      "<VMPS>\n" + dmd_vmp("20", "10", "Generic tablets") + "</VMPS><VIRTUAL_PRODUCT_INGREDIENT>" +
      dmd_row("VPI", {{"VPID", "20"}, {"ISID", "1"}}) + "</VIRTUAL_PRODUCT_INGREDIENT>\n";
  contents["vmpp"] = "<VMPPS>" +
                     dmd_row("VMPP", {{"VPPID", "40"}, {"NM", "Generic pack"}, {"VPID", "20"}}) +
                     "</VMPPS>\n";
  contents["amp"] = "<AMPS>\n" + dmd_amp("30", "20", "Brand tablets") + "</AMPS>\n";
  contents["ampp"] = "<AMPPS>" +
                     dmd_row("AMPP", {{"APPID", "50"},
                                      {"NM", "Brand pack"},
                                      {"VPPID", "40"},
                                      {"APID", "30"},
                                      {"LEGAL_CATCD", "0003"}}) +
                     "</AMPPS>\n";
  contents["gtin"] =
      "<AMPPS><AMPP><AMPPID>50</AMPPID><GTINDATA><GTIN>0500</GTIN>"
      "<STARTDT>2020-01-31</STARTDT></GTINDATA></AMPP></AMPPS>\n";
}

std::string DmdArchive::member_name(const std::string& part) {
  return "f_" + part + "2_3010124.xml";
}

std::string DmdArchive::file(const std::string& part) const {
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<ROOT>\n<!-- Generated -->\n" +
         contents.at(part) + "</ROOT>\n";
}

Members DmdArchive::members() const {
  Members members;
  for (const auto& [part, text] : contents) members.emplace_back(member_name(part), file(part));
  return members;
}

std::string ImportedDmd::run(const Members& members) {
  write_archive(archive, members);
  return import_error(coding_systems::import_dmd, archive, target);
}

std::string ImportedDmd::failure(const DmdArchive& release) {
  std::string error = run(release);
  CHECK(files_in(target).empty());
  return error;
}

}  // namespace codelog::tests
