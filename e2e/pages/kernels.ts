/** The WebGPU runtime in a real browser: the backend table, the self-test, FusionBench's bytes, the vision tower. */
import type { NamedBlob } from '../../src/checkpoint/types';
import { mergedHashes } from '../../src/method/testing/merge-parity';
import { testExactness } from '../../src/runtime/self-test';
import { BACKEND_CASES } from '../../src/runtime/testing/backend-cases';
import { createWebgpuBackend } from '../../src/runtime/webgpu/backend';
import { requestStudioDevice } from '../../src/runtime/webgpu/device';
import { expose } from '../support/pages';

const files = import.meta.glob<string>('../../reference/fixtures/merge/*/{base,experts/*}/*', {
  query: '?url',
  import: 'default',
  eager: true,
});

const studio = requestStudioDevice();

async function backend() {
  return createWebgpuBackend((await studio).device);
}

async function folder(path: string): Promise<NamedBlob[]> {
  const prefix = `../../reference/fixtures/merge/${path}/`;
  const wanted = Object.entries(files).filter(([name]) => name.startsWith(prefix));
  return Promise.all(
    wanted.map(async ([name, url]) => ({
      name: name.slice(prefix.length),
      blob: await (await fetch(url)).blob(),
    })),
  );
}

export const room = {
  adapter: async () => {
    const { adapter, software } = await studio;
    return { adapter, software };
  },
  /** Every case of the table: its name, and how many elements differ from the definition. */
  runTable: async () => {
    const results: { name: string; elements: number; differing: number }[] = [];
    for (const { name, run } of BACKEND_CASES) {
      const { actual, expected } = await run(await backend());
      const differing = expected.filter((bits, i) => bits !== actual[i]).length;
      results.push({ name, elements: actual.length, differing });
    }
    return results;
  },
  selfTest: async () => testExactness(await backend()),
  mergedHashes: async (shape: string, experts: readonly string[], factors: readonly string[]) =>
    mergedHashes(
      await backend(),
      {
        base: await folder(`${shape}/base`),
        experts: await Promise.all(
          experts.map(async (name) => ({ name, files: await folder(`${shape}/experts/${name}`) })),
        ),
      },
      factors,
    ),
  /** What the backend says when a tensor cannot be had. */
  allocateTooMuch: async () => {
    const { device } = await studio;
    const greedy = createWebgpuBackend(device);
    const buffer = greedy.allocate(device.limits.maxBufferSize / 4 + 1024);
    try {
      await greedy.settled();
      return 'allocated';
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    } finally {
      greedy.free(buffer);
    }
  },
};

expose(room);
