// Gives magnitudes the elected sign: values *= sign of total.
// Source: FusionBench `method/ties_merging/ties_merging_utils.py`, `disjoint_merge` with "max".

struct Parameters {
  // The sign that stands for that of a total of zero: -1, 0 or 1.
  tie: f32,
}

@group(0) @binding(0) var<storage, read_write> values: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> total: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let count = arrayLength(&values);
  for (var i = id.x; i < count; i += groups.x * 256u) {
    let elected = select(sign(total[i]), vec4<f32>(parameters.tie), total[i] == vec4<f32>(0.0));
    values[i] = values[i] * elected;
  }
}
