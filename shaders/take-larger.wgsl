// Keeps the value of the larger magnitude; on a tie the later one wins, as in FusionBench `method/magmax/magmax.py`.

@group(0) @binding(0) var<storage, read_write> selected: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read> candidate: array<vec4<u32>>;

const MAGNITUDE: vec4<u32> = vec4<u32>(0x7fffffffu);
const INFINITY: vec4<u32> = vec4<u32>(0x7f800000u);

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let count = arrayLength(&selected);
  for (var i = id.x; i < count; i += groups.x * 256u) {
    // Magnitudes stand in the order of their bits; NaN, whose bits are the highest, is larger than nothing.
    let current = selected[i] & MAGNITUDE;
    let other = candidate[i] & MAGNITUDE;
    let larger = (other >= current) & (other <= INFINITY) & (current <= INFINITY);
    selected[i] = select(selected[i], candidate[i], larger);
  }
}
