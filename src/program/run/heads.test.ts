import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openClip } from '../../clip/open';
import { wasmEngine } from '../../clip/testing';
import { findModelFolder } from '../../modelpool/sources/find-folder-node';
import { bitsOf, countingEngine } from '../../taskpool/heads/testing';
import { cacheFolder } from './cache-folder-node';
import { createHeads, type PromptedTask } from './heads-node';
import type { Surroundings } from './surroundings';

const BASE = resolve(import.meta.dirname, '../../../reference/fixtures/merge/p8-32/base');

let folder: string;
let clip: string;
let heads: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'studio-heads-'));
  clip = join(folder, 'clip');
  heads = join(folder, 'cache/heads');
  cpSync(BASE, clip, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Two templates: six prompts, so one batch. */
function task(templates = ['a photo of {}', 'a drawing of {}']): PromptedTask {
  const classnames = ['a circle', 'a square', 'a star'];
  return { name: 'shapes', classnames, templates };
}

interface Command {
  readonly env?: Surroundings['env'];
  readonly signal?: AbortSignal;
  readonly onProgress?: () => void;
}

/** What one command has: a memory of its own, the model as it lies on disk now, and the folder of all of them. */
async function command({
  env = { TASK_ARITHMETIC_STUDIO_CACHE: 'cache' },
  signal = new AbortController().signal,
  onProgress = () => undefined,
}: Command = {}) {
  const surroundings = { cwd: folder, env };
  const { counts, engine } = countingEngine(await wasmEngine());
  const notes: string[] = [];
  const listener = { progress: onProgress, note: (text: string) => void notes.push(text) };
  const { files } = await findModelFolder(clip, surroundings);
  const model = await openClip('clip', files);
  const headOf = createHeads(surroundings, listener, signal);
  return { counts, notes, model, head: (one = task()) => headOf(engine, 'clip', model, one) };
}

/** Changes the last bit of a tensor of the checkpoint, in place. */
function changeTensor(name: string): void {
  const path = join(clip, 'model.safetensors');
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  const at = 8 + length + header[name].data_offsets[0];
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

describe('heads of the command line', () => {
  it('are computed once for all commands, to the same bits', async () => {
    const first = await command();
    const computed = await first.head();
    await first.head();
    expect(first.counts.runs).toBe(1);
    expect(readdirSync(heads)).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.safetensors$/)]);

    const second = await command();
    expect(bitsOf(await second.head())).toEqual(bitsOf(computed));
    expect(second.counts.runs).toBe(0);
  });

  it('are found again wherever the model lies, and whatever its vision tower is', async () => {
    await (await command()).head();
    const moved = join(folder, 'moved');
    cpSync(clip, moved, { recursive: true });
    clip = moved;
    changeTensor('vision_model.post_layernorm.weight');
    const second = await command();
    await second.head();
    expect(second.counts.runs).toBe(0);
  });

  it.each(['text_model.final_layer_norm.weight', 'text_projection.weight', 'logit_scale'])(
    'are computed anew where the checkpoint of the same name has another %s',
    async (tensor) => {
      const before = await (await command()).head();
      changeTensor(tensor);
      const second = await command();
      const after = await second.head();
      expect(second.counts.runs).toBe(1);
      expect(bitsOf(after)).not.toEqual(bitsOf(before));
    },
  );

  it('are computed anew with another tokenizer, and for other prompts', async () => {
    await (await command()).head();
    const path = join(clip, 'tokenizer.json');
    const tokenizer = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...tokenizer, truncation: { max_length: 12 } }));
    const second = await command();
    await second.head();
    expect(second.counts.runs).toBe(1);
    await second.head(task(['a drawing of {}', 'a photo of {}']));
    await second.head(task(['a drawing of {}']));
    expect(second.counts.runs).toBe(3);
  });

  it('are not kept where they are given up half-way', async () => {
    const templates = Array.from({ length: 20 }, (_, n) => `a photo of {}, number ${n}`);
    const controller = new AbortController();
    const { head, counts } = await command({
      signal: controller.signal,
      // As Ctrl-C comes: while something else is being done.
      onProgress: () => setTimeout(() => controller.abort()),
    });
    await expect(head(task(templates))).rejects.toMatchObject({ name: 'AbortError' });
    expect(counts.runs).toBe(1);
    expect(readdirSync(folder)).toEqual(['clip']);
  });

  it.each(['', 'not a head', 'half'])('are written anew where the file is %j', async (content) => {
    const computed = await (await command()).head();
    const path = join(heads, readdirSync(heads)[0] ?? '');
    const whole = readFileSync(path);
    writeFileSync(path, content === 'half' ? whole.subarray(0, whole.length / 2) : content);
    const second = await command();
    expect(bitsOf(await second.head())).toEqual(bitsOf(computed));
    expect([second.counts.runs, second.notes]).toEqual([1, []]);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });

  it('are computed without more than a note where the folder cannot be written', async () => {
    writeFileSync(join(folder, 'cache'), 'a file where the folder should be');
    const { head, counts, notes } = await command();
    expect((await head()).classes).toBe(3);
    await head(task(['a sketch of {}']));
    expect(counts.runs).toBe(2);
    expect(notes.map((note) => note.replaceAll(folder, '/work'))).toEqual([
      expect.stringMatching(
        /^Zero-shot heads are not kept and have to be computed again\. \/work\/cache\/heads\/\w+\.safetensors could not be written: there is a file where a folder is meant\. .* TASK_ARITHMETIC_STUDIO_CACHE names another folder, or is off\.$/,
      ),
    ]);
  });

  it('are computed with a note where a folder has their file’s name', async () => {
    const computed = await (await command()).head();
    const path = join(heads, readdirSync(heads)[0] ?? '');
    rmSync(path);
    mkdirSync(path);
    const second = await command();
    expect(bitsOf(await second.head())).toEqual(bitsOf(computed));
    expect([second.counts.runs, second.notes.length]).toEqual([1, 1]);
  });

  it('stay in memory where the folder is off, or there is no home', async () => {
    for (const env of [{ TASK_ARITHMETIC_STUDIO_CACHE: 'off' }, {}]) {
      const { head, counts } = await command({ env });
      await head();
      await head();
      expect(counts.runs).toBe(1);
    }
    expect(readdirSync(folder)).toEqual(['clip']);
  });
});

describe('the folder of the cache', () => {
  const HOME = '/home/ada';
  it.each([
    ['linux', { HOME }, '/home/ada/.cache/task-arithmetic-studio'],
    ['linux', { HOME, XDG_CACHE_HOME: '/fast' }, '/fast/task-arithmetic-studio'],
    ['linux', { HOME, XDG_CACHE_HOME: 'fast' }, '/home/ada/.cache/task-arithmetic-studio'],
    ['linux', { HOME: '' }, null],
    ['darwin', { HOME }, '/home/ada/Library/Caches/task-arithmetic-studio'],
    ['win32', { HOME, LOCALAPPDATA: '/local' }, '/local/task-arithmetic-studio'],
    ['win32', { HOME }, null],
    ['linux', { HOME, TASK_ARITHMETIC_STUDIO_CACHE: '/other' }, '/other'],
    ['linux', { HOME, TASK_ARITHMETIC_STUDIO_CACHE: 'here' }, '/runs/here'],
    [
      'linux',
      { HOME, TASK_ARITHMETIC_STUDIO_CACHE: '' },
      '/home/ada/.cache/task-arithmetic-studio',
    ],
    ['linux', { HOME, TASK_ARITHMETIC_STUDIO_CACHE: 'off' }, null],
  ] as const)('of %s with %o is %s', (platform, env, expected) => {
    expect(cacheFolder({ cwd: '/runs', env }, platform)).toBe(expected);
  });
});
