/** The WebGPU runtime in a real browser: the backend table, the self-test, FusionBench's bytes. */
import { mergedHashes } from '../../src/method/testing/merge-parity';
import { testExactness } from '../../src/runtime/self-test';
import { BACKEND_CASES } from '../../src/runtime/testing/backend-cases';
import { createWebgpuBackend } from '../../src/runtime/webgpu/backend';
import { requestStudioDevice } from '../../src/runtime/webgpu/device';
import { fixtureFolder } from '../support/fixture-files';
import { expose } from '../support/pages';

const studio = requestStudioDevice();

async function backend() {
  return createWebgpuBackend((await studio).device);
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
        base: await fixtureFolder(`merge/${shape}/base`),
        experts: await Promise.all(
          experts.map(async (name) => ({
            name,
            files: await fixtureFolder(`merge/${shape}/experts/${name}`),
          })),
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
