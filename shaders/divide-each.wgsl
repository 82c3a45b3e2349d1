// values /= max(divisors, 1), element by element: the mean of as many values as were counted. Needs exact-division.wgsl
// before it. Source: FusionBench `method/ties_merging/ties_merging_utils.py`, `disjoint_merge`.

// As bits, so that no driver flushes a subnormal on the way in or out.
@group(0) @binding(0) var<storage, read_write> values: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read> divisors: array<vec4<f32>>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let count = arrayLength(&values);
  for (var i = id.x; i < count; i += groups.x * 256u) {
    values[i] = divide_block(values[i], bitcast<vec4<u32>>(max(divisors[i], vec4<f32>(1.0))));
  }
}
