/** What is said of pins. */
import type {
  NamedMerge,
  PairComparison,
  PairDifference,
  PairSide,
  PinView,
  StudioState,
} from '../../state/types';
import { intervalText, pText } from '../compare/words';
import { formatChange, formatFactor, formatMany } from '../format';

export const PRESENT = 'Merged now';

/**
 * `TIES-Merging, λ = 0.30, 4 experts`; what its layers and weights have beside it is named, not told.
 *
 * @param beside - what it stands beside: a method that this begins with is not named again
 */
export function mergeText(
  { method, scalingFactor, layers, experts }: NamedMerge,
  methods: StudioState['methods'],
  beside = '',
): string {
  const title = methods.find(({ name }) => name === method.name)?.title ?? method.name;
  const parts = beside.startsWith(title) ? [] : [title];
  if (scalingFactor !== null) parts.push(`λ = ${formatFactor(scalingFactor)}`);
  parts.push(formatMany(experts.length, 'expert'));
  if (experts.some(({ weight }) => weight !== 1)) parts.push('weighted');
  if (layers) parts.push('layer factors');
  return parts.join(', ');
}

/** The experts by name and weight, for those who want to know. */
export function expertsText({ experts }: NamedMerge): string {
  return experts
    .map(({ name, weight }) => (weight === 1 ? name : `${formatFactor(weight)} × ${name}`))
    .join(' + ');
}

export function sideName(side: PairSide, pins: readonly PinView[]): string {
  return pins.find(({ pin }) => pin.id === side)?.pin.name ?? PRESENT;
}

export function pairText({ average }: PairComparison): string {
  return average
    ? differenceText(average)
    : 'A and B have no pictures in common that were scored. Use the one that was not scored, and it is.';
}

/** `B against A on 1,514 pictures: +3.1 points, better than A (95 % interval +1.0 to +5.2, p = 0.004).` */
export function differenceText({
  pictures,
  difference,
  interval,
  pValue,
  verdict,
  complete,
}: PairDifference): string {
  const part = complete ? '' : ' that both have been scored on so far';
  return `B against A on ${formatMany(pictures, 'picture')}${part}: ${formatChange(difference)} points, ${verdict} (${intervalText(interval)}, ${pText(pValue)}).`;
}
