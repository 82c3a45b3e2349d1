/** How experts relate, for people: what it means for the scaling factor and for the method. */
import type { Meaning, RelationsReport } from '../../program/relations/relations';

export function relationsText({ meaning, directions }: RelationsReport): string {
  const told: readonly (readonly [string, Meaning])[] = [
    ['Cosines', meaning.cosines],
    ['Norms', meaning.norms],
    ['Signs', meaning.signs],
    ...(directions
      ? ([
          ['Spectra', directions.meaning.spectra],
          ['Overlap', directions.meaning.overlaps],
        ] as const)
      : []),
  ];
  return told.map(([title, { lambda, method }]) => `${title}: ${lambda}\n  ${method}`).join('\n');
}
