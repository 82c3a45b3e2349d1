/** The WebGPU runtime in a real browser: the backend table, the self-test, FusionBench's bytes. */
import { mergedHashes } from '../../src/method/testing/merge-parity';
import {
  choiceOfRow,
  differingResident,
  type MethodFixture,
  poolOfRow,
} from '../../src/method/testing/method-parity';
import { openPoolFiles, readPool } from '../../src/method/testing/pool';
import { testExactness } from '../../src/runtime/self-test';
import { BACKEND_CASES } from '../../src/runtime/testing/backend-cases';
import { createWebgpuBackend } from '../../src/runtime/webgpu/backend';
import { requestStudioDevice } from '../../src/runtime/webgpu/device';
import { fixtureBlob, fixtureFolder } from '../support/fixture-files';
import { expose } from '../support/pages';

const studio = requestStudioDevice();

async function backend() {
  return createWebgpuBackend((await studio).device);
}

async function fixtureJson<T>(path: string): Promise<T> {
  return JSON.parse(await (await fixtureBlob(path)).text());
}

async function poolOfShape(shape: string) {
  const { experts } = await fixtureJson<{ experts: string[] }>(`merge/${shape}/expected.json`);
  return openPoolFiles(await readPool(shape, experts, fixtureFolder));
}

async function maskOf(file: string | undefined): Promise<Uint8Array | null> {
  if (!file) return null;
  return new Uint8Array(await (await fixtureBlob(`methods/${file}`)).arrayBuffer());
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
    mergedHashes(await backend(), await readPool(shape, experts, fixtureFolder), factors),
  /** Every row of a method's fixture: what it is, how many tensors it has, and which of them differ. */
  methodRows: async (method: string) => {
    const fixture: MethodFixture = await fixtureJson('methods/expected.json');
    const results: { row: string; tensors: number; differing: string[] }[] = [];
    for (const row of fixture.results) {
      if (row.method !== method) continue;
      const pool = poolOfRow(await poolOfShape(row.shape), row);
      const choice = choiceOfRow(row, fixture, pool, await maskOf(row.mask));
      const names = fixture.names[row.shape] ?? [];
      const differing = await differingResident(await backend(), pool, choice, row, names);
      const { shape, options } = row;
      results.push({ row: JSON.stringify({ shape, options }), tensors: names.length, differing });
    }
    return results;
  },
  /** What the backend says before work of that size begins. */
  reserve: async (bytes: number) => {
    try {
      await (await backend()).reserve(bytes);
      return 'granted';
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
  },
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
