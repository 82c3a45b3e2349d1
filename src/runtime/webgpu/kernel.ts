/** An element-wise WGSL kernel over three tensors and one small uniform: (written, read, read, parameters). */

export interface ElementwiseKernel {
  readonly label: string;
  /** `[f32, u32, u32, u32]`, as the shader's `Parameters` says. Takes effect for what is submitted afterwards. */
  setParameters(parameters: readonly [number, number, number, number]): void;
  encode(encoder: GPUCommandEncoder, buffers: readonly GPUBuffer[]): void;
}

const WORKGROUP_SIZE = 256;
/** The spec's default `maxComputeWorkgroupsPerDimension`; the kernels stride over what lies beyond. */
const MAX_WORKGROUPS = 65_535;

export function createElementwiseKernel(
  device: GPUDevice,
  label: string,
  code: string,
): ElementwiseKernel {
  const pipeline = device.createComputePipeline({
    label,
    layout: 'auto',
    compute: { module: device.createShaderModule({ label, code }) },
  });
  const uniform = device.createBuffer({
    label,
    size: 16,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  /** By written buffer: a slider re-applies the same kernel to the same tensors again and again. */
  const groups = new WeakMap<GPUBuffer, { buffers: readonly GPUBuffer[]; group: GPUBindGroup }>();

  const bindGroup = (buffers: readonly GPUBuffer[]): GPUBindGroup => {
    const written = buffers[0] as GPUBuffer;
    const cached = groups.get(written);
    if (cached?.buffers.every((buffer, i) => buffer === buffers[i])) return cached.group;
    const entries = [...buffers, uniform].map((buffer, binding) => ({
      binding,
      resource: { buffer },
    }));
    const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    groups.set(written, { buffers, group });
    return group;
  };

  return {
    label,
    setParameters([value, ...flags]) {
      const bytes = new ArrayBuffer(16);
      new Float32Array(bytes)[0] = value;
      new Uint32Array(bytes).set(flags, 1);
      device.queue.writeBuffer(uniform, 0, bytes);
    },
    encode(encoder, buffers) {
      const blocks = (buffers[0] as GPUBuffer).size / 16;
      const pass = encoder.beginComputePass({ label });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup(buffers));
      pass.dispatchWorkgroups(Math.min(MAX_WORKGROUPS, Math.ceil(blocks / WORKGROUP_SIZE)));
      pass.end();
    },
  };
}
