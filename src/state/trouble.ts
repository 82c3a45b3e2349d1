/**
 * What nobody expected, as lines that a person can hand on: versions, browser, adapter and its limits, and the state in
 * numbers. Names of models and tasks are the user's own and stay out of it.
 */
import { dependencies, version } from '../version';
import type { PageState } from './page-state';
import type { StudioState } from './types';

/** An adapter that does not answer by then is reported as that. */
const ADAPTER_MS = 2000;

/** Of a stack: more says nothing to whoever reads it. */
const MAX_FRAMES = 12;

/** What decides whether models fit and kernels run. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/** The report on an error. Never rejects: it is made when something is broken. */
export async function troubleReport(error: unknown, state: PageState): Promise<string[]> {
  return [
    `Task Arithmetic Studio ${version}, onnxruntime-web ${dependencies['onnxruntime-web']}, React ${dependencies.react}`,
    ...browserLines(),
    ...(await adapterLines()),
    ...sound('State', () => stateLines(state)),
    ...sound('Error', () => errorLines(error).map((line) => withoutNames(line, state.snapshot))),
  ];
}

/** What is broken may be the very thing that is to be told. */
function sound(what: string, tell: () => string[]): string[] {
  try {
    return tell();
  } catch (failure) {
    return [`${what}: cannot be told (${textOf(failure)})`];
  }
}

function browserLines(): string[] {
  const browser = (globalThis as { readonly navigator?: Navigator }).navigator;
  const isolated = globalThis.crossOriginIsolated ? 'cross-origin isolated' : 'not isolated';
  return [
    `Browser: ${browser?.userAgent ?? 'unknown'}`,
    `${browser?.hardwareConcurrency ?? '?'} threads, ${isolated}`,
  ];
}

async function adapterLines(): Promise<string[]> {
  const gpu = (globalThis as { readonly navigator?: Navigator }).navigator?.gpu;
  if (!gpu) return ['WebGPU: none'];
  try {
    const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), ADAPTER_MS));
    const adapter = await Promise.race([gpu.requestAdapter(), late]);
    if (adapter === 'late') return ['WebGPU: the adapter does not answer'];
    if (adapter === null) return ['WebGPU: no adapter'];
    const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
    const words = [vendor, architecture, description].filter((word) => word !== '').join(' ');
    const limits = LIMITS.map((limit) => `${limit} ${adapter.limits[limit]}`);
    return [
      `WebGPU: ${words || 'unnamed adapter'}${isFallbackAdapter ? ', software' : ''}`,
      `Features: ${[...adapter.features].sort().join(', ') || 'none'}`,
      ...limits,
    ];
  } catch (failure) {
    return [`WebGPU: ${textOf(failure)}`];
  }
}

function stateLines({ connection, snapshot }: PageState): string[] {
  if (snapshot === null) return [`Engine: ${connection}, nothing shown yet`];
  const { pool, tasks, method, engine, scores, storage, jobs, scalingFactor } = snapshot;
  const models = pool.models.map(
    ({ role, geometry, dtypes, included, weight }) =>
      `${role}${included ? '' : ' (excluded)'}: ${geometry}, ${dtypes}, weight ${weight}`,
  );
  return [
    `Engine: ${connection}, chosen ${engine.choice}, computes on ${engine.active ?? 'nothing yet'} (${engine.adapter ?? 'no adapter'}, ${engine.threads} threads), exact ${engine.exact ?? 'unknown'}: ${engine.exactDetail}`,
    `Method: ${method.name}, λ ${scalingFactor}, ${pool.mergeable ? 'mergeable' : 'not mergeable'}`,
    ...models,
    ...tasks.map((task) => `task: ${task.imageCount} images, ${task.classnames.length} classes`),
    `Scoring: ${scores.phase}, ${scores.scored} of ${scores.total} images; jobs: ${jobs.length}`,
    `Storage: ${storage.used} bytes used, ${storage.available ?? 'unknown'} available`,
  ];
}

function errorLines(error: unknown): string[] {
  const stack = error instanceof Error ? error.stack : undefined;
  const frames = (stack ?? '').split('\n').filter((line) => /^\s+at |@/.test(line));
  return [`Error: ${textOf(error)}`, ...frames.slice(0, MAX_FRAMES)];
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** The same text without the names that the user gave, wherever they stand as whole words. */
function withoutNames(text: string, snapshot: StudioState | null): string {
  const models = snapshot?.pool.models.map(({ name }, i) => [name, `<model ${i}>`] as const) ?? [];
  const tasks = snapshot?.tasks.map(({ name }, i) => [name, `<task ${i}>`] as const) ?? [];
  return (
    [...models, ...tasks]
      .filter(([name]) => name !== '')
      // A name may be part of another one.
      .sort(([a], [b]) => b.length - a.length)
      .reduce((rest, [name, stand]) => rest.replaceAll(wholeWord(name), stand), text)
  );
}

function wholeWord(name: string): RegExp {
  const literal = name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\p{L}\p{N}])${literal}(?![\p{L}\p{N}])`, 'gu');
}
