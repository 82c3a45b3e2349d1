import { expect, it } from 'vitest';
import { failureReason } from './failure-reason';

it.each([
  [new Error('std::bad_alloc'), /^there is not enough memory\./],
  [new RangeError('Out of memory'), /^there is not enough memory\./],
  [31_415_926, /^there is not enough memory\./],
  ['', /^it gave no reason$/],
  [new Error('the device is gone.'), /^the device is gone$/],
  [
    new Error(
      "failed to call OrtRun(). ERROR_CODE: 6, ERROR_MESSAGE: Non-zero status code returned while running Conv node. Name:'patches' Status Message: /home/x/onnxruntime/core/providers/cpu/nn/conv.cc:171 onnxruntime::common::Status onnxruntime::Conv<float>::Compute(onnxruntime::OpKernelContext *) const [T = float]: Input channels C is not equal to kernel channels",
    ),
    /^Non-zero status code returned while running Conv node\. Name:'patches' Status Message: Input channels C is not equal/,
  ],
  [
    new Error(
      '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n',
    ),
    /^there is no WebGPU adapter$/,
  ],
  [new Error('x'.repeat(5000)), /^x{200}…$/],
])('is a clause for people: %s', (cause, expected) => {
  const reason = failureReason(cause);
  expect(reason).toMatch(expected);
  expect(reason).not.toMatch(/\.cc|ERROR_CODE|onnxruntime::/);
});
