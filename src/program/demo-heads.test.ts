/** The zero-shot heads that are shipped with the demo: `npm run demo-heads` makes them anew where they are not these. */
import { existsSync, openAsBlob, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openClip } from '../clip/open';
import { relativeError, wasmEngine } from '../clip/testing';
import { computeHead, type ZeroShotHead } from '../taskpool/head';
import { headKey } from '../taskpool/heads/head-key';
import { contentName, findShippedHead, writeShippedHeads } from '../taskpool/heads/shipped-heads';
import { readImageSet } from '../taskpool/images/read-image-set';

const DEMO = new URL('../../public/demo/', import.meta.url);
const SHIPPED = fileURLToPath(new URL('heads.json', DEMO));
/** A processor with another vector unit may round the last bits otherwise. */
const TOLERANCE = 1e-6;

const { models, tasks } = JSON.parse(readFileSync(new URL('manifest.json', DEMO), 'utf8'));
const opened = (paths: readonly string[]) =>
  Promise.all(
    paths.map(async (path) => ({
      name: path.slice(path.indexOf('/') + 1),
      blob: await openAsBlob(new URL(path, DEMO)),
    })),
  );

describe('the heads that are shipped with the demo', () => {
  it('are those of its base and its tasks, and no others', async () => {
    const files = await opened(models[0].files);
    const base = await openClip('_pretrained_', files);
    const content = await contentName(files);
    const shipped = existsSync(SHIPPED) ? await openAsBlob(SHIPPED) : new Blob();
    const heads = new Map<string, ZeroShotHead>();
    for (const { classnames, templates } of (await readImageSet(await opened(tasks.files))).tasks) {
      const key = await headKey('', base.text?.config, classnames, templates);
      const computed = await computeHead(base, await wasmEngine(), classnames, templates);
      const there = await findShippedHead(shipped, content, key);
      const same =
        there?.classes === computed.classes &&
        there.logitScale === computed.logitScale &&
        relativeError(there.weights, computed.weights) < TOLERANCE;
      heads.set(await key.under(content), same ? there : computed);
    }
    expect(heads.size).toBe(4);
    await expect(await writeShippedHeads(heads)).toMatchFileSnapshot(SHIPPED);
  }, 120_000);
});
