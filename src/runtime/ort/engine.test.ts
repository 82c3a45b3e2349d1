import { describe, expect, it } from 'vitest';
import { cpuBufferData, createCpuBackend } from '../cpu/backend';
import type { OrtSession } from '../types';
import { createOrtEngine, type OrtBuild, type OrtModule } from './engine';
import { createNativeEngine } from './native-node';
import { createWasmEngine } from './wasm';

class FakeTensor {
  disposed = 0;
  constructor(
    readonly type: string,
    readonly data: unknown,
    readonly dims: readonly number[],
  ) {}
  dispose(): void {
    this.disposed++;
  }
}

interface FakeSession {
  run(feeds: Record<string, FakeTensor>): Promise<Record<string, FakeTensor>>;
  release(): Promise<void>;
}

/** An engine on a module that does what `session` says. */
function engineOn(
  create: (model: Uint8Array, options: unknown) => Promise<FakeSession>,
  more: Partial<OrtBuild> = {},
) {
  const module = { Tensor: FakeTensor, InferenceSession: { create } } as unknown as OrtModule;
  return createOrtEngine({
    module,
    provider: 'wasm',
    threads: 1,
    options: {},
    tensorOf: () => {
      throw new Error('no buffers here');
    },
    ...more,
  });
}

const idle: FakeSession = { run: async () => ({}), release: async () => undefined };
const model = new Uint8Array();

describe('an engine', () => {
  it('waits for the other engines of its module, which allows nothing at once', async () => {
    const going: string[] = [];
    let most = 0;
    const create = async () => {
      going.push('session');
      most = Math.max(most, going.length);
      await new Promise((resolve) => setTimeout(resolve));
      going.pop();
      return idle;
    };
    const module = { Tensor: FakeTensor, InferenceSession: { create } } as unknown as OrtModule;
    const engines = [engineOn(create, { module }), engineOn(create, { module })];
    await Promise.all(engines.map((engine) => engine.createSession(model)));
    expect(most).toBe(1);
    const other = engineOn(create);
    await Promise.all([...engines, other].map((engine) => engine.createSession(model)));
    expect(most).toBe(2);
  });

  it('hands every kind of number to ONNX Runtime as what it is, and copies results before it lets them go', async () => {
    const handed: FakeTensor[] = [];
    const result = new FakeTensor('float32', Float32Array.of(1, 2), [2]);
    const engine = engineOn(async () => ({
      ...idle,
      run: async (feeds) => {
        handed.push(...Object.values(feeds));
        return { out: result };
      },
    }));
    const session = await engine.createSession(model);
    const { out } = await session.run({
      a: { dims: [1], data: Float32Array.of(1) },
      b: { dims: [1], data: Int32Array.of(2) },
      c: { dims: [1], data: BigInt64Array.of(3n) },
    });
    expect(handed.map(({ type }) => type)).toEqual(['float32', 'int32', 'int64']);
    expect(out).toEqual(Float32Array.of(1, 2));
    expect(out).not.toBe(result.data);
    expect(result.disposed).toBe(1);
  });

  it('hands results on as they are where the build has copied them', async () => {
    const result = new FakeTensor('float32', Float32Array.of(1, 2), [2]);
    const create = async () => ({ ...idle, run: async () => ({ out: result }) });
    const session = await engineOn(create, { copiesOutputs: true }).createSession(model);
    const { out } = await session.run({});
    expect(out).toBe(result.data);
    expect(result.disposed).toBe(1);
  });

  it('hands weights to a session that holds them, each as a file of its name, and only where sessions gain by it', async () => {
    const given: unknown[] = [];
    const create = async (_: Uint8Array, options: unknown) => {
      given.push(options);
      return idle;
    };
    const weights = new Map([['w', createCpuBackend().upload(Float32Array.of(1, 2))]]);
    const engine = engineOn(create, { dataOf: cpuBufferData });
    expect(engine.holdsWeights).toBe(true);
    await engine.createSession(model, weights);
    await engine.createSession(model);
    const data = new Uint8Array(Float32Array.of(1, 2).buffer);
    expect(given).toEqual([{ externalData: [{ path: 'w', data }] }, {}]);
    const other = engineOn(create);
    expect(other.holdsWeights).toBe(false);
    await expect(other.createSession(model, weights)).rejects.toThrow('hold no weights');
  });

  it('never makes, runs or releases two things at once, and goes on after one that failed', async () => {
    let busy = 0;
    const work = async <T>(value: T, fails = false): Promise<T> => {
      expect(++busy).toBe(1);
      await new Promise((resolve) => setTimeout(resolve));
      busy--;
      if (fails) throw new Error('no memory');
      return value;
    };
    let runs = 0;
    const session: FakeSession = {
      run: () => work({}, ++runs === 1),
      release: () => work(undefined),
    };
    const engine = engineOn(() => work(session));
    const opened = await engine.createSession(model);
    const outcomes = await Promise.allSettled([
      opened.run({}),
      opened.run({}),
      engine.createSession(model),
      opened.release(),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
  });

  it('tells once that a session could not be made, and of no failed run', async () => {
    let told = 0;
    const onSessionFailure = () => {
      told++;
    };
    const failing = engineOn(() => Promise.reject(new Error('no memory')), { onSessionFailure });
    await expect(failing.createSession(model)).rejects.toThrow(
      'ONNX Runtime (wasm) could not prepare the graph: no memory.',
    );
    expect(told).toBe(1);
    const run = () => Promise.reject(139873);
    const engine = engineOn(async () => ({ ...idle, run }), { onSessionFailure });
    const session: OrtSession = await engine.createSession(model);
    await expect(session.run({})).rejects.toThrow(
      'ONNX Runtime (wasm) could not run the graph: there is not enough memory',
    );
    expect(told).toBe(1);
  });
});

it.each([
  ['wasm', (module: OrtModule) => createWasmEngine(async () => ({ module, threads: 2 }))],
  ['native', async (module: OrtModule) => createNativeEngine(module)],
] as const)('threads of the %s build sleep while they have nothing to do', async (_, open) => {
  const given: unknown[] = [];
  const create = async (__: Uint8Array, options: unknown) => {
    given.push(options);
    return idle;
  };
  const engine = await open({
    Tensor: FakeTensor,
    InferenceSession: { create },
  } as unknown as OrtModule);
  await engine.createSession(model);
  expect(given).toMatchObject([{ extra: { session: { intra_op: { allow_spinning: '0' } } } }]);
});
