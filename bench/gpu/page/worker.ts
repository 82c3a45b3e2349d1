/** Measures in a worker, as the page's engine computes in one, and posts what it does and found. */
import { verifyVision } from '../../../src/engine/scoring/verify-vision';
import { createWebgpuRuntime } from '../../../src/runtime/create';
import { loadWasmInBrowser } from '../../../src/runtime/ort/wasm-browser';
import { createWebgpuEngine } from '../../../src/runtime/ort/webgpu';
import { requestStudioDevice, type StudioDevice } from '../../../src/runtime/webgpu/device';
import { version } from '../../../src/version';
import { measureBandwidth } from '../measure/bandwidth';
import { planFor } from '../measure/plan';
import { tensorLengths } from '../measure/random-tower';
import { measureScoring } from '../measure/scoring';
import type { Failure, GpuResults, Latency, Machine, Scoring } from '../measure/types';

export type WorkerMessage =
  | { readonly step: string }
  | { readonly results: GpuResults }
  | { readonly failure: string };

const post = (message: WorkerMessage) => postMessage(message);
const tell = (step: string) => post({ step });

measure().then(
  (results) => post({ results }),
  (error: unknown) => post({ failure: error instanceof Error ? error.message : String(error) }),
);

async function measure(): Promise<GpuResults> {
  tell('asking for a GPU');
  const studio = await requestStudioDevice();
  const plan = planFor(studio.software);
  const runtime = await createWebgpuRuntime(
    studio,
    createWebgpuEngine,
    loadWasmInBrowser,
    'asked for',
  );
  const failures: Failure[] = [];
  const vision: Record<string, string> = {};
  for (const { name, geometry } of plan.models) {
    tell(`${name}: comparing one layer with wasm`);
    vision[name] = await verifyVision(runtime, geometry.vision, geometry.projectionDim).then(
      () => 'agrees with wasm',
      (error: unknown) => String(error),
    );
  }
  tell('bandwidth of the merge');
  const [first] = plan.models;
  const lengths = first ? tensorLengths(first.geometry) : [];
  const bandwidth = await measureBandwidth(studio.device, runtime.tensors, plan, lengths);
  const scoring: Scoring[] = [];
  const latency: Latency[] = [];
  let mergeBytes = 0;
  for (const model of plan.models) {
    try {
      const found = await measureScoring(runtime, plan, model, tell);
      scoring.push(...found.scoring);
      latency.push(...found.latency);
      failures.push(...found.failures);
      mergeBytes = Math.max(mergeBytes, found.mergeBytes);
    } catch (error) {
      failures.push({ what: model.name, reason: String(error) });
    }
  }
  return {
    format: 1,
    date: new Date().toISOString(),
    version,
    machine: machineOf(studio),
    selfTest: runtime.exactness,
    vision,
    bandwidth,
    scoring,
    latency,
    mergeBytes,
    failures,
  };
}

const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
] as const;

function machineOf({ device, adapter, software }: StudioDevice): Machine {
  const limits = Object.fromEntries(LIMITS.map((name) => [name, device.limits[name]]));
  return {
    userAgent: navigator.userAgent,
    cores: navigator.hardwareConcurrency,
    adapter,
    software,
    features: [...device.features].sort(),
    limits,
  };
}
