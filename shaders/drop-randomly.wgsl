// Sets elements to zero by chance. The numbers are Philox4x32-10's (Salmon et al., "Parallel Random Numbers: As Easy as
// 1, 2, 3", SC 2011): a function of key, stream and index alone, so every backend drops the same elements.

struct Parameters {
  key: vec2<u32>,
  // An element is dropped if the upper 24 bits of its word are less than this.
  limit: u32,
  // The counter's upper three words; its lowest is the block's index in the tensor.
  stream0: u32,
  stream1: u32,
  stream2: u32,
  // The index of the first block.
  first: u32,
}

@group(0) @binding(0) var<storage, read_write> values: array<vec4<u32>>;
@group(0) @binding(1) var<uniform> parameters: Parameters;

// The 64-bit product of two words, (low, high), from products of 16-bit halves.
fn multiply_wide(a: u32, b: u32) -> vec2<u32> {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  let carry = a0 * b1 + (middle & 0xffffu);
  return vec2<u32>(a * b, a1 * b1 + (middle >> 16u) + (carry >> 16u));
}

fn philox(counter: vec4<u32>) -> vec4<u32> {
  var words = counter;
  var key = parameters.key;
  for (var round = 0u; round < 10u; round++) {
    let first = multiply_wide(0xd2511f53u, words.x);
    let second = multiply_wide(0xcd9e8d57u, words.z);
    words = vec4<u32>(second.y ^ words.y ^ key.x, second.x, first.y ^ words.w ^ key.y, first.x);
    key += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return words;
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let count = arrayLength(&values);
  for (var i = id.x; i < count; i += groups.x * 256u) {
    let words = philox(vec4<u32>(parameters.first + i, parameters.stream0, parameters.stream1, parameters.stream2));
    let dropped = (words >> vec4<u32>(8u)) < vec4<u32>(parameters.limit);
    values[i] = select(values[i], vec4<u32>(0u), dropped);
  }
}
