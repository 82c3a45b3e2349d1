/**
 * What cosines, norms and signs of task vectors mean for the scaling factor and for the method: one sentence each, of nothing but
 * geometry. Which factor or method is best for the accuracy only scores tell, and no sentence says it.
 */
import { cosinesOf } from '../../method/relations/cosine-similarity';
import type { LayerRelations } from '../../method/relations/layer-relations';
import { number, percent, range } from './wording';

/** A sentence for the scaling factor and one for the method. */
export interface Meaning {
  readonly lambda: string;
  readonly method: string;
}

export interface Told {
  readonly experts: readonly string[];
  readonly layers: readonly LayerRelations[];
  readonly total: LayerRelations;
}

const NOTHING: Meaning = {
  lambda: 'An expert that changes nothing is the base: no λ makes a difference to it.',
  method: 'Exclude it: it has nothing to merge.',
};

/** Cosines from here on are worth a name. */
const NOTABLE = 0.1;

export function cosinesMeaning({ experts, total: { products } }: Told): Meaning {
  const shares = products.map(
    (row, i) => row.reduce((sum, product) => sum + product, 0) / (row[i] as number),
  );
  if (shares.some((share) => !Number.isFinite(share))) return NOTHING;
  const pairs = pairsOf(cosinesOf(products));
  const [first] = pairs;
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  const worst = experts[shares.indexOf(least)] ?? '';
  const lambda =
    least <= 0
      ? `The sum points away from the task vector of ${worst} (${number(least)} of its length along it): every λ above 0 takes from what it learned.`
      : `Along an expert’s own task vector the sum goes ${range(least, most, number)} times as far as the expert did, which is its own length at λ = ${range(1 / most, 1 / least, number)}; beyond, it is overshot.`;
  if (!first) return { lambda, method: 'One expert alone has nobody to collide with.' };
  const named = ({ i, j, cosine }: Pair) => `${experts[i]} and ${experts[j]} (${number(cosine)})`;
  const [closest, farthest] = [first, pairs.at(-1) ?? first];
  if (farthest.cosine <= -NOTABLE) {
    return {
      lambda,
      method: `${named(farthest)} work against each other: a sum takes from both what they do not share.`,
    };
  }
  const method =
    closest.cosine >= NOTABLE
      ? `${named(closest)} are the most alike: what they share a sum counts twice, an average once.`
      : `All are nearly at right angles (the largest cosine is ${number(closest.cosine)}): on the whole a sum counts nothing twice and cancels nothing, and what collides is within single weights and directions.`;
  return { lambda, method };
}

interface Pair {
  readonly i: number;
  readonly j: number;
  readonly cosine: number;
}

/** The most alike first. */
function pairsOf(cosines: readonly (readonly number[])[]): Pair[] {
  return cosines
    .flatMap((row, i) => row.slice(i + 1).map((cosine, k) => ({ i, j: i + 1 + k, cosine })))
    .sort((a, b) => b.cosine - a.cosine);
}

/** Lengths within this of each other are called equal. */
const ABOUT_EQUAL = 1.25;

export function normsMeaning({ experts, layers, total }: Told): Meaning {
  const norms = normsOf(total);
  const [least, most] = [Math.min(...norms), Math.max(...norms)];
  if (!(least > 0)) return NOTHING;
  const [short, long] = [experts[norms.indexOf(least)], experts[norms.indexOf(most)]];
  const squares = (of: LayerRelations) => normsOf(of).reduce((sum, norm) => sum + norm ** 2, 0);
  const [heaviest] = [...layers].sort((a, b) => squares(b) - squares(a));
  const share = heaviest ? squares(heaviest) / squares(total) : 0;
  const relative = (norm: number) => percent(norm / total.pretrainedNorm);
  return {
    lambda: `At λ = 1 the experts move the weights by ${range(least, most, relative)} of their length, the most in ${heaviest?.layer} (${percent(share)} of the squared length), where a factor by layer counts the most.`,
    method:
      most / least > ABOUT_EQUAL
        ? `The task vector of ${long} is ${number(most / least)} times as long as that of ${short}, and has as much more say in a plain sum; weights of one over the length give all the same.`
        : `All are about equally long (${number(most / least)} to 1), so equal weights give each the same say.`,
  };
}

function normsOf({ products }: LayerRelations): number[] {
  return products.map((row, i) => Math.sqrt(row[i] as number));
}

/** Shares of chance within this of 1 are called chance. */
const ABOUT_CHANCE = 0.02;

export function signsMeaning({ total }: Told): Meaning {
  const { conflicts, conflictsByChance, elements } = total;
  if (conflictsByChance === 0) {
    return {
      lambda: 'No weight is changed by two experts: at λ = 1 each has all of its own.',
      method: 'No weight has two signs to choose from, so electing one (TIES) changes nothing.',
    };
  }
  const ratio = conflicts / conflictsByChance;
  const agreement =
    Math.abs(ratio - 1) <= ABOUT_CHANCE
      ? 'they agree as often as by chance'
      : ratio < 1
        ? 'they agree more than by chance'
        : 'they disagree more than by chance';
  return {
    lambda: `At ${percent(conflicts / elements)} of the weights the experts pull both ways, and no λ moves such a weight as all of them want.`,
    method: `Signs drawn by lot would disagree at ${percent(conflictsByChance / elements)}, so ${agreement}; a sum adds both sides of such a weight, TIES and MagMax keep one.`,
  };
}
