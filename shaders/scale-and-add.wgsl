// Applies the summed task vector: merged = base + scaling_factor * sum. One pass per slider value.
// Source: FusionBench `method/task_arithmetic/task_arithmetic.py` (one multiply, one add, each rounded).

struct Parameters {
  scaling_factor: f32,
  // Always 0: what the compiler cannot know keeps it from fusing the multiply and the add.
  zero: u32,
  unused0: u32,
  unused1: u32,
}

@group(0) @binding(0) var<storage, read_write> merged: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> base: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> sum: array<vec4<f32>>;
@group(0) @binding(3) var<uniform> parameters: Parameters;

fn rounded(value: vec4<f32>) -> vec4<f32> {
  return bitcast<vec4<f32>>(bitcast<vec4<u32>>(value) ^ vec4<u32>(parameters.zero));
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let count = arrayLength(&merged);
  for (var i = id.x; i < count; i += groups.x * 256u) {
    let scaled = rounded(parameters.scaling_factor * sum[i]);
    merged[i] = base[i] + scaled;
  }
}
