import { afterEach, expect, it, vi } from 'vitest';
import { initialPageState } from './page-state';
import { aModel, aSnapshot, aTask } from './testing';
import { troubleReport } from './trouble';

afterEach(() => vi.unstubAllGlobals());

const state = {
  ...initialPageState,
  connection: 'ready' as const,
  snapshot: aSnapshot({
    pool: {
      models: [
        aModel({ id: '0', name: '_pretrained_', role: 'base' }),
        aModel({ id: '1', name: 'secret.v1-(a)' }),
        aModel({ id: '2', name: 'a' }),
      ],
      findings: [],
      mergeable: true,
    },
    tasks: [aTask({ name: 'my cats' })],
  }),
};

it('tells versions, browser, state and error, and no name that the user gave', async () => {
  const error = new TypeError('secret.v1-(a) has no tensor a of my cats.');
  const report = (await troubleReport(error, state)).join('\n');
  expect(report).toContain('Task Arithmetic Studio 0.1.0, onnxruntime-web 1.');
  expect(report).toContain('WebGPU: none');
  expect(report).toContain('task: 400 images, 2 classes');
  expect(report).toContain('Error: TypeError: <model 1> has no tensor <model 2> of <task 0>.');
  expect(report).not.toMatch(/secret|my cats/);
  expect(report).toMatch(/trouble\.test\.ts:\d+/);
});

it('tells the adapter and its limits', async () => {
  const adapter = {
    info: { vendor: 'acme', architecture: 'x1', description: '', isFallbackAdapter: true },
    features: new Set(['shader-f16']),
    limits: { maxBufferSize: 123 },
  };
  vi.stubGlobal('navigator', { userAgent: 'Test', gpu: { requestAdapter: async () => adapter } });
  const report = await troubleReport('boo', initialPageState);
  expect(report).toEqual(
    expect.arrayContaining([
      'Browser: Test',
      'WebGPU: acme x1, software',
      'Features: shader-f16',
      'maxBufferSize 123',
      'Engine: starting, nothing shown yet',
      'Error: boo',
    ]),
  );
});

it('is made where the adapter fails or does not answer', async () => {
  const fail = () => Promise.reject(new Error('no driver'));
  vi.stubGlobal('navigator', { gpu: { requestAdapter: fail } });
  expect(await troubleReport('boo', initialPageState)).toContain('WebGPU: Error: no driver');
  vi.useFakeTimers();
  vi.stubGlobal('navigator', { gpu: { requestAdapter: () => new Promise(() => undefined) } });
  const report = troubleReport('boo', initialPageState);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await report).toContain('WebGPU: the adapter does not answer');
  vi.useRealTimers();
});

it('is made of a state that is itself broken', async () => {
  const broken: unknown = { ...state, snapshot: { ...state.snapshot, engine: null } };
  const report = await troubleReport('boo', broken as typeof state);
  expect(report).toContainEqual(expect.stringMatching(/^State: cannot be told \(TypeError: /));
  expect(report).toContain('Error: boo');
});
