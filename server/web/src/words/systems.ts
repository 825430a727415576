// The coding systems' short names.
const names: Record<string, string> = {
  snomedct: 'SNOMED CT',
  dmd: 'dm+d',
  bnf: 'BNF',
  icd10: 'ICD-10',
  ctv3: 'CTV3',
  readv2: 'Read V2',
  opcs4: 'OPCS-4',
  null: 'no system',
};

export const systemName = (id: string): string => names[id] ?? id;
