/**
 * Runs everything side by side with its references, three times, and writes BENCHMARKS.md and the plot of growth.
 * What is not installed is left out with a line.
 *
 * `npm run bench -- all [--only NAME,...] [--rounds N] [--folder DIR] [--dry]`: DIR keeps the 10 GB of models for the next run;
 * with `--only`, the other suites stay as they were measured last; `--dry` writes nothing.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../scripts/lib/tools.mjs';
import { dependencies, version } from '../src/version';
import { combining } from './suites/combining';
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
import { demoPage, realSizePage } from './suites/page';
import { scoring } from './suites/scoring';
import { singular } from './suites/singular';
import { starting } from './suites/starting';
import { sweep } from './suites/sweep';
import { growthLines, growthSentence } from './support/growth';
import { growthPlot } from './support/growth-plot';
import { type KeptSections, keepSections, keptSections, type Measured } from './support/kept';
import { python } from './support/processes';
import type { Suite } from './support/row';
import { runSuites } from './support/run-suites';
import { sectionText } from './support/section-text';

const SUITES: Readonly<Record<string, Suite>> = {
  starting,
  combining,
  merging,
  methods,
  singular,
  sweep,
  scoring,
  'demo-page': demoPage,
  'real-size-page': realSizePage,
  'growth-pictures': growthWithPictures,
  'growth-tasks': growthWithTasks,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    folder: { type: 'string' },
    dry: { type: 'boolean', default: false },
  },
});

const only = values.only?.split(',');
const unknown = only?.filter((name) => !(name in SUITES)) ?? [];
if (unknown.length > 0) {
  throw new Error(`There is no ${unknown.join(', ')}: ${Object.keys(SUITES).join(', ')}.`);
}
const rounds = Number(values.rounds);
await runSuites({
  suites: Object.fromEntries(
    Object.entries(SUITES).filter(([name]) => only?.includes(name) ?? true),
  ),
  rounds,
  ...(values.folder === undefined ? {} : { folder: values.folder }),
  async onSection(name, section, minutes) {
    if (values.dry) return;
    const date = new Date().toISOString().slice(0, 10);
    const measured = { date, minutes: Math.ceil(minutes), rounds, machine: machine() };
    await write({ ...(await keptSections()), [name]: { section, measured } });
  },
});

async function write(kept: KeptSections): Promise<void> {
  const found = Object.keys(SUITES).flatMap((name) => kept[name] ?? []);
  const rowsOf = (title: string) =>
    found.find(({ section }) => section.title === title)?.section.rows ?? [];
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
  const machines = [...new Set(found.map(({ measured }) => measured.machine.join('; ')))];
  const text = [
    '# Benchmarks',
    '',
    'Written by `npm run bench -- all`. Ours and the references run one after the other, round by round, on one machine; a cell is',
    'the median of the rounds (least to most), a ratio that of the rounds’ ratios. Numbers of one machine at one moment.',
    '',
    ...machines.map((line) => `- ${line}`),
    '',
    ...found.flatMap(({ section, measured }) => [
      sectionText(section),
      '',
      measuredText(measured),
      '',
    ]),
    ...(panels.length === 0
      ? []
      : [
          '## Growth',
          '',
          '![Time over experts, pictures and tasks](bench/results/growth.svg)',
          '',
        ]),
    ...(growth.length === 0 ? [] : [...growth, '']),
  ].join('\n');
  await mkdir(resolve(projectRoot, 'bench/results'), { recursive: true });
  await keepSections(kept);
  if (panels.length > 0) {
    await writeFile(resolve(projectRoot, 'bench/results/growth.svg'), growthPlot(panels));
  }
  await writeFile(resolve(projectRoot, 'BENCHMARKS.md'), text);
}

function measuredText({ date, minutes, rounds }: Measured): string {
  const times = rounds === 1 ? 'one round' : `${rounds} rounds`;
  return `Measured ${date}, ${times}, ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`;
}

function machine(): string[] {
  const [processor] = cpus();
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  return [
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
  return [`references: ${versions}`];
}
