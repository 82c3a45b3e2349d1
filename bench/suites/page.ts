/** What a person waits for on the page, in a headless Chromium on the CPU engine. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  combiningOf,
  firstNumberOf,
  firstRealSizeVisit,
  secondRealSizeVisit,
  visitDemo,
  writeRealSizeFiles,
} from '../support/first-visits';
import type { Row, Suite, SuiteContext } from '../support/row';
import { spreadOf } from '../support/spread';

const EXPERTS = 4;

/** What is measured, with what is wanted at most. */
interface Wait {
  readonly work: string;
  readonly unit: Row['unit'];
  readonly wanted?: number;
}

export const demoPage: Suite = async (context) => {
  const rounds = await everyRound(context, 'demo-page', async (profile) => {
    const [first, second] = [await visitDemo(profile), await visitDemo(profile)];
    return [
      [{ work: 'panels', unit: 's', wanted: 1.5 }, first.panels],
      [{ work: 'first number', unit: 's', wanted: 2.5 }, first.firstNumber],
      [{ work: 'every picture scored', unit: 's', wanted: 20 }, first.complete],
      [{ work: 'second visit: first number', unit: 's' }, second.firstNumber],
      [{ work: 'second visit: every picture scored', unit: 's' }, second.complete],
    ];
  });
  return {
    title: 'The page with its demo',
    text: 'After the first request, headless Chromium on the CPU engine.',
    rows: rounds,
    omitted: [],
  };
};

export const realSizePage: Suite = async (context) => {
  const files = await writeRealSizeFiles(context.folder, EXPERTS);
  const rows = await everyRound(context, 'real-size-page', async (profile, place) => {
    const first = await firstRealSizeVisit(profile, files, join(place, 'model.safetensors'));
    const second = await secondRealSizeVisit(profile);
    const wanted: Readonly<Record<string, number>> = {
      download: 4,
      'measuring and hashing, after the download': 6,
    };
    const steps = [...first.steps].map(([work, seconds]): [Wait, number] => {
      const goal = wanted[work];
      return [{ work, unit: 's', ...(goal === undefined ? {} : { wanted: goal }) }, seconds];
    });
    return [
      ...steps,
      [{ work: 'combining', unit: 's', wanted: 3 }, combiningOf(first)],
      [{ work: 'second visit: first number', unit: 's', wanted: 3 }, firstNumberOf(second)],
      ...[...second.steps].map(([work, seconds]): [Wait, number] => [
        { work: `second visit: ${work}`, unit: 's' },
        seconds,
      ]),
      [
        { work: 'peak memory of the largest process', unit: 'MB', wanted: 1200 },
        (first.peakBytes ?? Number.NaN) / 1e6,
      ],
    ];
  });
  return {
    title: `The page with ViT-B/32, base and ${EXPERTS} experts`,
    text: '2.0 GB of random weights and 32 pictures, headless Chromium on the CPU engine.',
    rows,
    omitted: [],
  };
};

/** Every round with a profile of its own; rows in the order of the first. */
async function everyRound(
  { folder, rounds, tell }: SuiteContext,
  name: string,
  measure: (profile: string, place: string) => Promise<[Wait, number][]>,
): Promise<Row[]> {
  const found = new Map<string, { wait: Wait; values: number[] }>();
  for (let round = 0; round < rounds; round++) {
    const place = join(folder, `${name}-${round}`);
    await mkdir(place, { recursive: true });
    try {
      for (const [wait, value] of await measure(join(place, 'profile'), place)) {
        const known = found.get(wait.work) ?? { wait, values: [] };
        found.set(wait.work, known);
        known.values.push(value);
        tell(`${wait.work}: ${value.toPrecision(3)} ${wait.unit}`);
      }
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  }
  return [...found.values()].map(
    ({ wait, values }): Row => ({ ...wait, ours: spreadOf(values), references: [] }),
  );
}
