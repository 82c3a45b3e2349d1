// Adds scaled values to a running sum: sum += weight * values. Averages and interpolations are made of this.
// Source: FusionBench `utils/state_dict_arithmetic.py` (multiply, then add, in pool order).

struct Parameters {
  weight: f32,
  // Always 0: what the compiler cannot know keeps it from fusing the multiply and the add.
  zero: u32,
  // 1: set the sum instead of adding to it.
  first: u32,
}

@group(0) @binding(0) var<storage, read_write> sum: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> values: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

fn rounded(value: vec4<f32>) -> vec4<f32> {
  return bitcast<vec4<f32>>(bitcast<vec4<u32>>(value) ^ vec4<u32>(parameters.zero));
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let count = arrayLength(&sum);
  for (var i = id.x; i < count; i += groups.x * 256u) {
    let scaled = rounded(parameters.weight * values[i]);
    if (parameters.first == 1u) {
      sum[i] = scaled;
    } else {
      sum[i] = sum[i] + scaled;
    }
  }
}
