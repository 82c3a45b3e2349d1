// Adds one expert's task vector to the running sum: sum += weight * (tuned - base).
// Source: FusionBench `method/task_arithmetic/task_arithmetic.py` (subtract, then add in pool order).

struct Parameters {
  weight: f32,
  // Always 0: what the compiler cannot know keeps it from fusing or reassociating across `rounded`.
  zero: u32,
  // 1: set the sum instead of adding to it.
  first: u32,
  // 1: multiply by `weight`; a weight of 1 must not be applied at all.
  weighted: u32,
}

@group(0) @binding(0) var<storage, read_write> sum: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> base: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> tuned: array<vec4<f32>>;
@group(0) @binding(3) var<uniform> parameters: Parameters;

// WGSL lets a driver fuse and reassociate; a detour through the bits forces the rounding to float32.
fn rounded(value: vec4<f32>) -> vec4<f32> {
  return bitcast<vec4<f32>>(bitcast<vec4<u32>>(value) ^ vec4<u32>(parameters.zero));
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let count = arrayLength(&sum);
  for (var i = id.x; i < count; i += groups.x * 256u) {
    var delta = rounded(tuned[i] - base[i]);
    if (parameters.weighted == 1u) {
      delta = rounded(parameters.weight * delta);
    }
    if (parameters.first == 1u) {
      sum[i] = delta;
    } else {
      sum[i] = rounded(sum[i] + delta);
    }
  }
}
