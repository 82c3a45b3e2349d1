/** The results of the GPU benchmark as text, for the page and for the console. */
import type { Spread } from '../support/spread';
import type { Bandwidth, GpuResults, Latency, Scoring } from './measure/types';

/** What the merge's kernels are to reach of a plain copy's rate. */
const BANDWIDTH_GOAL = 0.85;

export function table(results: GpuResults): string {
  const { machine, selfTest, vision, bandwidth, scoring, latency, mergeBytes, failures } = results;
  const lines = [
    `${machine.adapter} · ${machine.userAgent}`,
    ...(machine.software
      ? [
          'A SOFTWARE ADAPTER: small sizes, to check that the benchmark works. Nothing here says anything about a GPU.',
        ]
      : []),
    '',
    `Self-test: ${selfTest.detail}`,
    ...Object.entries(vision).map(([model, verdict]) => `Vision tower, ${model}: ${verdict}`),
    '',
    ...columns([
      ['Kernel', 'over', 'GB/s', 'copy GB/s', 'of the copy'],
      ...bandwidth.map((row) => bandwidthRow(row, machine.software)),
    ]),
    '',
    ...columns([
      ['Model', 'batch', 'images/s', 'session', 'first run'],
      ...scoring.map(scoringRow),
    ]),
    '',
    ...columns([['Slider to numbers', 'batch', 'milliseconds'], ...latency.map(latencyRow)]),
    '',
    `Buffers of the merge at most: ${(mergeBytes / 1e6).toFixed(0)} MB`,
    ...failures.map(({ what, reason }) => `NOT MEASURED: ${what}: ${reason}`),
  ];
  return lines.join('\n');
}

function bandwidthRow(
  { kernel, over, rate, copy, ofCopy }: Bandwidth,
  software: boolean,
): string[] {
  const verdict = software || ofCopy >= BANDWIDTH_GOAL ? '' : ` (goal ${BANDWIDTH_GOAL})`;
  return [kernel, over, spread(rate), spread(copy), `${ofCopy.toFixed(2)}${verdict}`];
}

function scoringRow({ model, batch, imagesPerSecond, session, firstRun }: Scoring): string[] {
  const milliseconds = (value: number) => `${value.toFixed(0)} ms`;
  return [
    model,
    `${batch}`,
    spread(imagesPerSecond),
    milliseconds(session),
    milliseconds(firstRun),
  ];
}

function latencyRow({ model, batch, milliseconds }: Latency): string[] {
  return [model, `${batch}`, spread(milliseconds)];
}

function spread({ median, lowest, highest }: Spread): string {
  const text = (value: number) => value.toPrecision(value >= 100 ? 4 : 3);
  return `${text(median)} (${text(lowest)} to ${text(highest)})`;
}

/** Cells one below the other. */
function columns(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
