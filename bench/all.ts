/**
 * Runs everything side by side with its references, three times, and writes BENCHMARKS.md and the plot of growth.
 * What is not installed is left out with a line.
 *
 * `npm run bench -- all [--only NAME,...] [--rounds N] [--folder DIR]`: DIR keeps the 10 GB of models for the next run; with
 * `--only`, nothing is written.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../scripts/lib/tools.mjs';
import { dependencies, version } from '../src/version';
import {
  growthWithPictures,
  growthWithTasks,
  PICTURES,
  PICTURES_TITLE,
  TASKS,
  TASKS_TITLE,
} from './suites/growth';
import { EXPERTS, MERGING_TITLE, merging } from './suites/merging';
import { methods } from './suites/methods';
import { scoring } from './suites/scoring';
import { sweep } from './suites/sweep';
import { growthLines, growthSentence } from './support/growth';
import { growthPlot } from './support/growth-plot';
import { python } from './support/processes';
import type { Section, Suite } from './support/row';
import { runSuites } from './support/run-suites';
import { sectionText } from './support/section-text';

const SUITES: Readonly<Record<string, Suite>> = {
  merging,
  methods,
  sweep,
  scoring,
  'growth-pictures': growthWithPictures,
  'growth-tasks': growthWithTasks,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    folder: { type: 'string' },
  },
});

const only = values.only?.split(',');
const unknown = only?.filter((name) => !(name in SUITES)) ?? [];
if (unknown.length > 0) {
  throw new Error(`There is no ${unknown.join(', ')}: ${Object.keys(SUITES).join(', ')}.`);
}
const begun = performance.now();
const sections = await runSuites({
  suites: Object.fromEntries(
    Object.entries(SUITES).filter(([name]) => only?.includes(name) ?? true),
  ),
  rounds: Number(values.rounds),
  ...(values.folder === undefined ? {} : { folder: values.folder }),
});
if (only === undefined) await write(sections);

async function write(found: readonly Section[]): Promise<void> {
  const rowsOf = (title: string) => found.find((section) => section.title === title)?.rows ?? [];
  const panels = [
    {
      title: MERGING_TITLE,
      xTitle: 'experts',
      lines: growthLines(rowsOf(MERGING_TITLE), EXPERTS),
    },
    {
      title: PICTURES_TITLE,
      xTitle: 'pictures',
      lines: growthLines(rowsOf(PICTURES_TITLE), PICTURES),
    },
    { title: TASKS_TITLE, xTitle: 'tasks', lines: growthLines(rowsOf(TASKS_TITLE), TASKS) },
  ].filter(({ lines }) => (lines[0]?.points.length ?? 0) > 0);
  const growth = panels.flatMap(({ xTitle, lines: [ours] }) =>
    ours ? [`- ${growthSentence(`With more ${xTitle}`, ours)}`] : [],
  );
  const minutes = Math.round((performance.now() - begun) / 60_000);
  const text = [
    '# Benchmarks',
    '',
    'Written by `npm run bench -- all`. Ours and the references run one after the other, round by round, on one machine; a cell is',
    `the median of ${values.rounds} rounds (least to most), a ratio that of the rounds' ratios. Numbers of one machine at one moment.`,
    '',
    ...machine(minutes).map((line) => `- ${line}`),
    '',
    ...found.flatMap((section) => [sectionText(section), '']),
    '## Growth',
    '',
    '![Time over experts, pictures and tasks](bench/results/growth.svg)',
    '',
    ...growth,
    '',
  ].join('\n');
  await mkdir(resolve(projectRoot, 'bench/results'), { recursive: true });
  await writeFile(resolve(projectRoot, 'bench/results/growth.svg'), growthPlot(panels));
  await writeFile(resolve(projectRoot, 'BENCHMARKS.md'), text);
  console.log('\nWritten: BENCHMARKS.md, bench/results/growth.svg');
}

function machine(minutes: number): string[] {
  const [processor] = cpus();
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  return [
    `${new Date().toISOString().slice(0, 10)}, ${minutes} minutes`,
    `${cpus().length} x ${processor?.model ?? 'unknown processor'}, ${memory}, ${type()} ${release()}`,
    `Task Arithmetic Studio ${version}, Node ${process.version}, onnxruntime-web ${dependencies['onnxruntime-web']}`,
    ...referenceVersions(),
  ];
}

/** Of what the references' environment holds. */
function referenceVersions(): string[] {
  if (python === undefined) return [];
  const program =
    'import importlib.metadata as m; print(", ".join(f"{p} {m.version(p)}" for p in ("fusion-bench", "torch", "transformers")))';
  const versions = execFileSync(python, ['-c', program], { encoding: 'utf8' }).trim();
  return [`References: ${versions}`];
}
