/**
 * What follows from values that never change is computed once per combination of the very values: a move of the slider
 * leaves the pool as it is, and everything that follows from the pool alone with it.
 */

interface Node {
  next: WeakMap<object, Node>;
  result?: { readonly value: unknown };
}

const newNode = (): Node => ({ next: new WeakMap() });

/** A pure function of objects that remembers its results for as long as the objects live. */
export function memo<A extends readonly object[], R>(
  compute: (...given: A) => R,
): (...given: A) => R {
  const root = newNode();
  return (...given) => {
    let node = root;
    for (const object of given) {
      let next = node.next.get(object);
      if (!next) {
        next = newNode();
        node.next.set(object, next);
      }
      node = next;
    }
    node.result ??= { value: compute(...given) };
    return node.result.value as R;
  };
}
