// Sets to zero what is smaller in magnitude than a threshold.
// Source: FusionBench `method/ties_merging/ties_merging_utils.py`, `topk_values_mask`.

struct Parameters {
  // Bits of a float32 that is not negative.
  threshold: u32,
}

@group(0) @binding(0) var<storage, read_write> values: array<vec4<u32>>;
@group(0) @binding(1) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let count = arrayLength(&values);
  for (var i = id.x; i < count; i += groups.x * 256u) {
    // Magnitudes stand in the order of their bits.
    let small = (values[i] & vec4<u32>(0x7fffffffu)) < vec4<u32>(parameters.threshold);
    values[i] = select(values[i], vec4<u32>(0u), small);
  }
}
