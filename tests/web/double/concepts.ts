// A small hierarchy with codes in several places.
import type { Concept } from './draft.ts';

const lines = `
Asthma
 Acute asthma
  Acute severe asthma
  Asthma attack with infection
 Allergic asthma
  Pollen asthma
  House dust mite asthma
 Occupational asthma
  Baker's asthma
  Pollen asthma
 Exercise-induced asthma
 Asthma with chronic obstructive lung disease
Wheezing
 Wheezing in infants
 Asthma with chronic obstructive lung disease
Cough
 Dry cough
 Cough variant asthma`;

function typeOf(top: string): string {
  return top === 'Asthma' ? 'Disorder' : 'Finding';
}

// Besides the lines, a family of `more` generated codes below "Respiratory disorder".
export function demoConcepts(more = 0): Concept[] {
  const concepts = new Map<string, Concept>();
  const path: Concept[] = [];
  for (const line of lines.trim().split('\n')) {
    const term = line.trim();
    const depth = line.length - line.trimStart().length;
    path.length = depth;
    const code = String(
      195967001 + ([...term].reduce((sum, letter) => sum * 7 + letter.charCodeAt(0), 0) % 900000),
    );
    const known = concepts.get(term);
    const concept = known ?? { code, term, type: typeOf(path[0]?.term ?? term), children: [] };
    concepts.set(term, concept);
    path.at(-1)?.children.push(concept.code);
    path.push(concept);
  }
  const generated = Array.from({ length: more }, (_, at): Concept => {
    const name = at === 0 ? 'Respiratory disorder' : `Respiratory disorder, type ${at}`;
    return { code: String(400000000 + at), term: name, type: 'Disorder', children: [] };
  });
  generated.slice(1).forEach(({ code }, at) => {
    generated[Math.floor(at / 12)]?.children.push(code);
    if (at % 5 === 0) generated[Math.floor(at / 40)]?.children.push(code);
  });
  for (const concept of generated) concept.children = [...new Set(concept.children)];
  return [...concepts.values(), ...generated];
}
