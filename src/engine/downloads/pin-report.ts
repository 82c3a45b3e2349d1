/** What the report says of pins. Pure. */
import type { PinDifference, PinReport, PinScore } from '../../program/report';
import type { HalfScore } from '../api';
import { comparePins, pinViews } from '../pins/pins';
import type { PairDifference, PinView } from '../pins/types';
import type { ScoreBook } from '../scoring/book';
import type { EngineKind } from '../scoring/keys';
import type { EngineValue } from '../value';

export function pinReports(value: EngineValue, book: ScoreBook, engine: EngineKind): PinReport[] {
  return pinViews(value, book, engine).map((view) => {
    const { pin, missing, average } = view;
    const compared = comparePins(value, book, engine, { a: pin.id, b: null });
    return {
      name: pin.name,
      recipe: recipeOfView(view),
      ...(missing.length > 0 && { missing }),
      tasks: byName(value, view.tasks, scoreOf),
      average: average && { accuracy: average.accuracy, interval: average.interval },
      difference: {
        tasks: byName(value, compared.tasks, differenceOf),
        average: compared.average && differenceOf(compared.average),
      },
    };
  });
}

function recipeOfView({ named: { merge } }: PinView): PinReport['recipe'] {
  const { method, scalingFactor, layers, pretrained, experts } = merge;
  const named = ({ name, weight, sha256, part }: typeof pretrained) => ({
    name,
    weight,
    sha256,
    ...(part !== null && { part }),
  });
  return {
    method: method.name,
    options: method.options,
    scalingFactor,
    ...(layers && { layers }),
    pretrained: named(pretrained),
    experts: experts.map(named),
  };
}

function byName<T, R>(
  { tasks }: EngineValue,
  byId: Readonly<Record<string, T>>,
  read: (found: T) => R,
): Record<string, R> {
  return Object.fromEntries(
    tasks.flatMap(({ id, name }) => {
      const found = byId[id];
      return found ? [[name, read(found)] as const] : [];
    }),
  );
}

function scoreOf({ scored, correct, total, accuracy, interval }: HalfScore): PinScore {
  const part = scored < total ? { available: total } : {};
  return { n: scored, correct, ...part, accuracy, interval };
}

function differenceOf(found: PairDifference): PinDifference {
  const { pictures, a, b, onlyA, onlyB, differing, difference, interval, pValue } = found;
  return {
    n: pictures,
    pin: a,
    merged: b,
    pinOnly: onlyA,
    mergedOnly: onlyB,
    differing,
    difference,
    interval,
    pValue,
  };
}
