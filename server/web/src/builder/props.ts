// What the server's page gives the builder, as JSON in data-props of the element with
// data-island="builder". The page has <meta name="csrf-token">, and holds its own read-only markup
// in that element until the builder replaces it.
export type BuilderProps = {
  hash: string;
  codelistId: number;
  codelist: string; // "organisation/example-university/asthma-diagnoses"
  name: string;
  owner: { name: string; path: string };
  release: { alias: string; title: string }; // title: "SNOMED CT 36.0.0 · 19 Apr 2023"
  codingSystem: string; // "SNOMED CT"
  me: string; // username; empty for somebody who is not logged in
  canEdit: boolean;
  whoCanEdit: string; // a sentence for somebody who may not: "You can read this draft. …"
  readOnly: string | null; // why the server takes no changes at the moment: "disk full"
  urls: {
    version: string; // the page of this version, for after saving
    codelist: string; // for after discarding, if the codelist is still there
    home: string; // for after discarding the codelist's only version
    login: string;
  };
};
