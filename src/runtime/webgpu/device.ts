/**
 * The page's one GPUDevice: asked for with the limits that the merge and ONNX Runtime's kernels want. The device is
 * ours, not ONNX Runtime's, so that merged weights stay on it between sessions.
 */
import { DeviceError } from '../../errors';

export interface StudioDevice {
  readonly device: GPUDevice;
  /** Vendor and architecture, for people. */
  readonly adapter: string;
  /** A software adapter (SwiftShader, WARP): right, but slower than wasm on the same CPU. */
  readonly software: boolean;
}

/** What ONNX Runtime's WebGPU provider mirrors from an adapter (`webgpu_context.cc`, GetRequiredLimits). */
const WANTED_LIMITS = [
  'maxBindGroups',
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const;

/** Asks for an adapter and a device. Rejects with DeviceError in words for people where there is none. */
export async function requestStudioDevice(): Promise<StudioDevice> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu) throw new DeviceError('This browser has no WebGPU.');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new DeviceError('WebGPU found no adapter on this machine.');
  const software = adapter.info.isFallbackAdapter === true;
  const requiredFeatures: GPUFeatureName[] = [];
  if (adapter.features.has('timestamp-query')) requiredFeatures.push('timestamp-query');
  if (adapter.features.has('shader-f16')) requiredFeatures.push('shader-f16');
  // On software adapters MultiHeadAttention is silently wrong with subgroups (onnxruntime-web 1.30, SwiftShader).
  if (!software && adapter.features.has('subgroups')) requiredFeatures.push('subgroups');
  const requiredLimits: Record<string, number> = {};
  for (const limit of WANTED_LIMITS) requiredLimits[limit] = adapter.limits[limit];
  const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
  const { vendor, architecture, description } = adapter.info;
  const words = [vendor, architecture, description].filter((word) => word !== '');
  return { device, software, adapter: words.join(' ') || 'unnamed adapter' };
}
