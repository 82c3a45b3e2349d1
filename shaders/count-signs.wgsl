// Counts negative (bin 0) and positive (bin 1) values; zeros and NaN are neither. Padding is zero and counts for nothing.

@group(0) @binding(0) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(1) var<storage, read> values: array<u32>;

var<workgroup> negative: atomic<u32>;
var<workgroup> positive: atomic<u32>;

@compute @workgroup_size(256)
fn main(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let count = arrayLength(&values);
  for (var i = id.x; i < count; i += groups.x * 256u) {
    let magnitude = values[i] & 0x7fffffffu;
    if (magnitude == 0u || magnitude > 0x7f800000u) {
      continue;
    }
    if (values[i] == magnitude) {
      atomicAdd(&positive, 1u);
    } else {
      atomicAdd(&negative, 1u);
    }
  }
  // One addition per workgroup: all invocations at the same two counters would wait for one another.
  workgroupBarrier();
  if (local == 0u) {
    atomicAdd(&counts[0], atomicLoad(&negative));
    atomicAdd(&counts[1], atomicLoad(&positive));
  }
}
