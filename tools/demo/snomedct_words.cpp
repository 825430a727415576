#include "tools/demo/snomedct_words.h"

#include <initializer_list>
#include <utility>

#include "events/base/check.h"

namespace codelog::demo {
namespace {

using Branch = std::pair<std::string_view, std::vector<std::string_view>>;

// A dimension with two levels below "not said".
Dimension two_levels(std::initializer_list<Branch> branches) {
  Dimension result;
  result.values.push_back({"", 0});
  for (const auto& [text, leaves] : branches) {
    const auto branch = static_cast<std::uint8_t>(result.values.size());
    result.values.push_back({text, 0});
    for (const std::string_view leaf : leaves) result.values.push_back({leaf, branch});
  }
  CODELOG_CHECK(result.values.size() <= 256, "a value of a dimension is one byte");
  return result;
}

Dimension one_level(std::initializer_list<std::string_view> texts) {
  Dimension result;
  result.values.push_back({"", 0});
  for (const std::string_view text : texts) result.values.push_back({text, 0});
  return result;
}

Dimension organs() {
  return two_levels({
      {"respiratory system", {"lung", "bronchus", "trachea", "larynx", "pleura", "nose"}},
      {"cardiovascular system",
       {"heart", "aorta", "coronary artery", "pulmonary vein", "mitral valve"}},
      {"digestive system", {"stomach", "liver", "colon", "oesophagus", "pancreas", "gallbladder"}},
      {"nervous system", {"brain", "spinal cord", "cerebellum", "sciatic nerve", "optic nerve"}},
      {"musculoskeletal system",
       {"knee", "hip", "shoulder", "ankle", "wrist", "elbow", "lumbar spine"}},
      {"urinary system", {"kidney", "bladder", "ureter", "urethra"}},
      {"skin", {"skin of face", "skin of trunk", "skin of hand", "skin of foot", "scalp", "nail"}},
      {"endocrine system",
       {"thyroid gland", "adrenal gland", "pituitary gland", "parathyroid gland"}},
      {"sensory organ", {"eye", "retina", "cornea", "ear", "eyelid"}},
      {"reproductive system", {"ovary", "uterus", "testis", "prostate", "breast"}},
      {"blood forming system", {"bone marrow", "spleen", "lymph node", "thymus"}},
  });
}

Dimension morphologies() {
  return two_levels({
      {"inflammation", {"ulcer", "abscess", "granuloma", "cellulitis", "fistula", "empyema"}},
      {"neoplasm", {"adenoma", "carcinoma", "fibroma", "lipoma", "sarcoma", "melanoma"}},
      {"injury", {"laceration", "contusion", "fracture", "burn", "crush injury", "puncture wound"}},
      {"degeneration", {"atrophy", "fibrosis", "sclerosis", "calcification", "necrosis"}},
      {"obstruction", {"stenosis", "stricture", "occlusion", "thrombosis", "impaction"}},
      {"developmental anomaly", {"hypoplasia", "aplasia", "duplication", "cyst", "ectopia"}},
      {"haemorrhage", {"haematoma", "petechiae", "ecchymosis"}},
      {"swelling", {"oedema", "hyperplasia", "hypertrophy"}},
  });
}

Dimension causes() {
  return two_levels({
      {"bacteria",
       {"Dermobacter lentus", "Pneumococcella rubra", "Salivibrio mitis", "Enterella gravis",
        "Cocculina flava", "Bacillaria montis"}},
      {"virus", {"Vale virus", "Marsh virus", "Harrow virus", "Pinder virus", "Orford virus"}},
      {"fungus", {"Candidella alba", "Mucoria nigra", "Tineola crispa", "Sporothea plana"}},
      {"parasite", {"Ascarina minor", "Filaria longa", "Trematella lata"}},
      {"chemical substance", {"arsenic", "lead", "acid", "alkali", "solvent"}},
      {"physical force", {"fall", "traffic accident", "machinery", "sport"}},
  });
}

Dimension methods() {
  return two_levels({
      {"excision", {"biopsy", "resection", "ablation", "debridement"}},
      {"repair", {"suture", "reconstruction", "grafting", "reattachment"}},
      {"imaging",
       {"X-ray", "ultrasonography", "computed tomography", "magnetic resonance imaging"}},
      {"inspection", {"endoscopy", "microscopy"}},
      {"drainage", {"aspiration", "irrigation", "incision"}},
      {"implantation", {"replacement", "stenting", "fixation"}},
  });
}

constexpr StructuralConcept structure[] = {
    {"138875005", "SNOMED CT Concept", "SNOMED RT+CTV3", ""},
    {"404684003", "Clinical finding", "finding", "138875005"},
    {"64572001", "Disease", "disorder", "404684003"},
    {"71388002", "Procedure", "procedure", "138875005"},
    {"123037004", "Body structure", "body structure", "138875005"},
    {"49755003", "Morphologically abnormal structure", "morphologic abnormality", "123037004"},
    {"410607006", "Organism", "organism", "138875005"},
    {"373873005", "Pharmaceutical / biologic product", "product", "138875005"},
    {"363787002", "Observable entity", "observable entity", "138875005"},
    {"900000000000441003", "SNOMED CT Model Component", "metadata", "138875005"},
    {"106237007", "Linkage concept", "linkage concept", "900000000000441003"},
    {"410662002", "Concept model attribute", "attribute", "106237007"},
    {"116680003", "Is a", "attribute", "106237007"},
    {"363698007", "Finding site", "attribute", "410662002"},
    {"116676008", "Associated morphology", "attribute", "410662002"},
    {"900000000000442005", "Core metadata concept", "core metadata concept", "900000000000441003"},
    {"900000000000207008", "SNOMED CT core", "core metadata concept", "900000000000442005"},
    {"999000011000000103", "SNOMED CT UK clinical extension", "core metadata concept",
     "900000000000442005"},
    {"999000041000000102", "SNOMED CT UK edition reference set", "core metadata concept",
     "900000000000442005"},
    {"900000000000074008", "Primitive", "core metadata concept", "900000000000442005"},
    {"900000000000073002", "Defined", "core metadata concept", "900000000000442005"},
    {"900000000000003001", "Fully specified name", "core metadata concept", "900000000000442005"},
    {"900000000000013009", "Synonym", "core metadata concept", "900000000000442005"},
    {"900000000000448009", "Case insensitive", "core metadata concept", "900000000000442005"},
    {"900000000000010007", "Stated relationship", "core metadata concept", "900000000000442005"},
    {"900000000000011006", "Inferred relationship", "core metadata concept", "900000000000442005"},
    {"900000000000451002", "Some", "core metadata concept", "900000000000442005"},
};

constexpr FamiliarConcept familiar[] = {
    {"Asthma",
     "disorder",
     {"Disorder of respiratory system", ""},
     "Bronchial asthma|BA - Bronchial asthma"},
    {"Allergic asthma", "disorder", {"Asthma", ""}, "Atopic asthma|Extrinsic asthma"},
    {"Non-allergic asthma", "disorder", {"Asthma", ""}, "Intrinsic asthma"},
    {"Childhood asthma", "disorder", {"Asthma", ""}, "Asthma in childhood"},
    {"Late onset asthma", "disorder", {"Asthma", ""}, ""},
    {"Occupational asthma", "disorder", {"Asthma", ""}, "Work related asthma"},
    {"Exercise-induced asthma", "disorder", {"Asthma", ""}, "Exercise asthma"},
    {"Brittle asthma", "disorder", {"Asthma", ""}, ""},
    {"Acute exacerbation of asthma", "disorder", {"Asthma", ""}, "Asthma attack"},
    {"Acute severe exacerbation of asthma",
     "disorder",
     {"Acute exacerbation of asthma", ""},
     "Status asthmaticus"},
    {"Acute exacerbation of allergic asthma",
     "disorder",
     {"Acute exacerbation of asthma", "Allergic asthma"},
     ""},
    {"Seasonal asthma", "disorder", {"Allergic asthma", ""}, "Pollen asthma"},
    {"Asthma due to house dust mite", "disorder", {"Allergic asthma", ""}, ""},
    {"Asthma NOS", "disorder", {"Asthma", ""}, "", false},
    {"Chronic obstructive lung disease",
     "disorder",
     {"Disorder of respiratory system", ""},
     "Chronic obstructive pulmonary disease|COPD"},
    {"Asthma with chronic obstructive lung disease",
     "disorder",
     {"Asthma", "Chronic obstructive lung disease"},
     "Asthma-COPD overlap"},
    {"Diabetes mellitus",
     "disorder",
     {"Disorder of endocrine system", ""},
     "DM - Diabetes mellitus"},
    {"Diabetes mellitus type 1",
     "disorder",
     {"Diabetes mellitus", ""},
     "Type 1 diabetes mellitus|Insulin dependent diabetes"},
    {"Diabetes mellitus type 2",
     "disorder",
     {"Diabetes mellitus", ""},
     "Type 2 diabetes mellitus|Non-insulin dependent diabetes"},
    {"Gestational diabetes mellitus",
     "disorder",
     {"Diabetes mellitus", ""},
     "Diabetes in pregnancy"},
    {"Complication of diabetes mellitus",
     "disorder",
     {"Disorder of endocrine system", ""},
     "Diabetic complication"},
    {"Diabetic retinopathy",
     "disorder",
     {"Complication of diabetes mellitus", "Disorder of sensory organ"},
     ""},
    {"Diabetic nephropathy",
     "disorder",
     {"Complication of diabetes mellitus", "Disorder of urinary system"},
     "Diabetic renal disease"},
    {"Diabetic neuropathy",
     "disorder",
     {"Complication of diabetes mellitus", "Disorder of nervous system"},
     ""},
    {"Diabetic foot ulcer",
     "disorder",
     {"Complication of diabetes mellitus", "Disorder of skin"},
     ""},
    {"Hypertensive disorder",
     "disorder",
     {"Disorder of cardiovascular system", ""},
     "High blood pressure|Hypertension"},
    {"Essential hypertension", "disorder", {"Hypertensive disorder", ""}, "Primary hypertension"},
    {"Secondary hypertension", "disorder", {"Hypertensive disorder", ""}, ""},
    {"Renal hypertension",
     "disorder",
     {"Secondary hypertension", "Disorder of urinary system"},
     ""},
    {"Ischaemic heart disease",
     "disorder",
     {"Disorder of cardiovascular system", ""},
     "Coronary heart disease|IHD"},
    {"Myocardial infarction", "disorder", {"Ischaemic heart disease", ""}, "Heart attack|MI"},
    {"Acute myocardial infarction", "disorder", {"Myocardial infarction", ""}, ""},
    {"Angina pectoris", "disorder", {"Ischaemic heart disease", ""}, "Angina"},
    {"Heart failure", "disorder", {"Disorder of cardiovascular system", ""}, "Cardiac failure"},
    {"Atrial fibrillation",
     "disorder",
     {"Disorder of cardiovascular system", ""},
     "AF - Atrial fibrillation"},
    {"Cerebrovascular accident",
     "disorder",
     {"Disorder of nervous system", "Disorder of cardiovascular system"},
     "Stroke"},
    {"Migraine", "disorder", {"Disorder of nervous system", ""}, ""},
    {"Epilepsy", "disorder", {"Disorder of nervous system", ""}, ""},
    {"Osteoarthritis",
     "disorder",
     {"Disorder of musculoskeletal system", ""},
     "OA - Osteoarthritis"},
    {"Osteoarthritis of knee", "disorder", {"Osteoarthritis", ""}, ""},
    {"Osteoarthritis of hip", "disorder", {"Osteoarthritis", ""}, ""},
    {"Rheumatoid arthritis",
     "disorder",
     {"Disorder of musculoskeletal system", ""},
     "RA - Rheumatoid arthritis"},
    {"Pneumonia", "disorder", {"Disorder of respiratory system", ""}, ""},
    {"Eczema", "disorder", {"Disorder of skin", ""}, ""},
    {"Psoriasis", "disorder", {"Disorder of skin", ""}, ""},
    {"Chronic kidney disease",
     "disorder",
     {"Disorder of urinary system", ""},
     "CKD - Chronic kidney disease"},
    {"Wheezing", "finding", {"Clinical finding", ""}, "Wheeze"},
    {"Cough", "finding", {"Clinical finding", ""}, ""},
    {"Breathlessness", "finding", {"Clinical finding", ""}, "Dyspnoea|Shortness of breath"},
    {"Smoker", "finding", {"Clinical finding", ""}, "Current smoker"},
    {"Heavy smoker", "finding", {"Smoker", ""}, ""},
    {"Ex-smoker", "finding", {"Clinical finding", ""}, ""},
    {"Asthma annual review", "procedure", {"Procedure", ""}, ""},
    {"Diabetic foot examination", "procedure", {"Procedure", ""}, ""},
    {"Blood pressure taking", "procedure", {"Procedure", ""}, "Blood pressure measurement"},
    {"Body mass index", "observable entity", {"Observable entity", ""}, "BMI - Body mass index"},
    {"Systolic blood pressure", "observable entity", {"Observable entity", ""}, ""},
    {"Product containing simvastatin",
     "product",
     {"Pharmaceutical / biologic product", ""},
     "Simvastatin"},
    {"Product containing salbutamol",
     "product",
     {"Pharmaceutical / biologic product", ""},
     "Salbutamol"},
};

}  // namespace

std::size_t Dimension::depth(std::uint8_t value) const {
  std::size_t result = 0;
  for (; value != 0; value = values[value].parent) ++result;
  return result;
}

const Dimension& dimension(DimensionName name) {
  static const std::array<Dimension, 9> dimensions = {
      morphologies(),
      organs(),
      one_level({"upper part of", "lower part of", "surface of", "wall of", "apex of", "base of"}),
      one_level({"left", "right"}),
      one_level({"acute", "chronic", "recurrent", "subacute", "congenital"}),
      one_level({"mild", "moderate", "severe"}),
      causes(),
      methods(),
      one_level({"open", "percutaneous", "laparoscopic", "robotic assisted", "emergency"}),
  };
  return dimensions[static_cast<std::size_t>(name)];
}

std::vector<std::string_view> texts_below(DimensionName name, std::string_view broader) {
  const Dimension& own = dimension(name);
  std::vector<std::string_view> texts;
  for (const Dimension::Value& value : own.values) {
    if (value.text.empty() || own.values[value.parent].text != broader) continue;
    texts.push_back(value.text);
  }
  return texts;
}

std::vector<std::string_view> narrowest_texts(DimensionName name) {
  const Dimension& own = dimension(name);
  std::vector<std::string_view> texts;
  for (const Dimension::Value& value : own.values) {
    const bool is_narrowest = !value.text.empty() && texts_below(name, value.text).empty();
    if (is_narrowest) texts.push_back(value.text);
  }
  return texts;
}

std::span<const StructuralConcept> structural_concepts() { return structure; }

std::span<const FamiliarConcept> familiar_concepts() { return familiar; }

}  // namespace codelog::demo
