// Counts values by the bits of their magnitude: two such histograms (upper 16 bits, then the lower 15 within one bin)
// find the k-th smallest magnitude of any number of tensors exactly.

struct Parameters {
  // Elements; the buffer is padded to whole blocks, and padding must not be counted.
  length: u32,
  // 1: by the lower 15 bits, of those values alone whose upper bits are `high`.
  low: u32,
  high: u32,
}

@group(0) @binding(0) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(1) var<storage, read> values: array<u32>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  for (var i = id.x; i < parameters.length; i += groups.x * 256u) {
    let magnitude = values[i] & 0x7fffffffu;
    let high = magnitude >> 15u;
    if (parameters.low == 0u) {
      atomicAdd(&counts[high], 1u);
    } else if (high == parameters.high) {
      atomicAdd(&counts[magnitude & 0x7fffu], 1u);
    }
  }
}
