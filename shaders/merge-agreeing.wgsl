// Adds to `merged` what agrees with the elected sign: the values themselves, their number, or their largest magnitude.
// Source: FusionBench `method/ties_merging/ties_merging_utils.py`, `disjoint_merge`.

struct Parameters {
  // The sign that stands for that of a total of zero: -1, 0 or 1.
  tie: f32,
  // 0: sum, 1: count, 2: largest magnitude.
  agreement: u32,
}

@group(0) @binding(0) var<storage, read_write> merged: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> total: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> values: array<vec4<f32>>;
@group(0) @binding(3) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let count = arrayLength(&merged);
  let zero = vec4<f32>(0.0);
  for (var i = id.x; i < count; i += groups.x * 256u) {
    let elected = select(total[i], vec4<f32>(parameters.tie), total[i] == zero);
    // An elected sign of 0 counts as negative, as in `where(sign > 0, v > 0, v < 0)`.
    let agrees = select(values[i] < zero, values[i] > zero, elected > zero);
    var contribution = merged[i];
    if (parameters.agreement == 0u) {
      contribution += values[i];
    } else if (parameters.agreement == 1u) {
      contribution += vec4<f32>(1.0);
    } else {
      contribution = max(contribution, abs(values[i]));
    }
    merged[i] = select(merged[i], contribution, agrees);
  }
}
