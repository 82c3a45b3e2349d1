/** A WGSL kernel over a few buffers and one small uniform; the first buffer is the one it writes. */

export interface Kernel {
  readonly label: string;
  /** The 32-bit words of the shader's `Parameters`. Takes effect for what is submitted afterwards. */
  setParameters(words: readonly number[]): void;
  /** Records one pass that strides over `elements` steps of its loop. */
  encode(encoder: GPUCommandEncoder, buffers: readonly GPUBuffer[], steps: number): void;
}

const WORKGROUP_SIZE = 256;
/** The spec's default `maxComputeWorkgroupsPerDimension`; the kernels stride over what lies beyond. */
const MAX_WORKGROUPS = 65_535;
/** The largest `Parameters` of any shader has seven words; uniforms come in steps of 16 bytes. */
const UNIFORM_BYTES = 32;

/** `uniform` false: the shader has no `Parameters`. */
export function createKernel(
  device: GPUDevice,
  label: string,
  code: string,
  uniform: boolean,
): Kernel {
  const pipeline = device.createComputePipeline({
    label,
    layout: 'auto',
    compute: { module: device.createShaderModule({ label, code }) },
  });
  const parameterBuffer = device.createBuffer({
    label,
    size: UNIFORM_BYTES,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  /** By written buffer: a slider re-applies the same kernel to the same tensors again and again. */
  const groups = new WeakMap<GPUBuffer, { buffers: readonly GPUBuffer[]; group: GPUBindGroup }>();

  const bindGroup = (buffers: readonly GPUBuffer[]): GPUBindGroup => {
    const written = buffers[0] as GPUBuffer;
    const cached = groups.get(written);
    if (cached?.buffers.every((buffer, i) => buffer === buffers[i])) return cached.group;
    const bound = uniform ? [...buffers, parameterBuffer] : buffers;
    const group = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: bound.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    groups.set(written, { buffers, group });
    return group;
  };

  return {
    label,
    setParameters(words) {
      const bytes = new Uint32Array(UNIFORM_BYTES / 4);
      bytes.set(words);
      device.queue.writeBuffer(parameterBuffer, 0, bytes);
    },
    encode(encoder, buffers, steps) {
      const pass = encoder.beginComputePass({ label });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup(buffers));
      pass.dispatchWorkgroups(Math.min(MAX_WORKGROUPS, Math.ceil(steps / WORKGROUP_SIZE)));
      pass.end();
    },
  };
}
