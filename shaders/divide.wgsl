// values /= divisor. Needs exact-division.wgsl before it.

struct Parameters {
  divisor: f32,
}

// As bits, so that no driver flushes a subnormal on the way in or out.
@group(0) @binding(0) var<storage, read_write> values: array<vec4<u32>>;
@group(0) @binding(1) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let count = arrayLength(&values);
  let divisor = vec4<u32>(bitcast<u32>(parameters.divisor));
  for (var i = id.x; i < count; i += groups.x * 256u) {
    values[i] = divide_block(values[i], divisor);
  }
}
