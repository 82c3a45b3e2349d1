/** What runs of a sweep share: a thing is made anew only where what it is made of has changed. */

/** The value for a key; made when it is asked for. */
export type Keep<T> = (key: unknown, make: () => Promise<T>) => Promise<T>;

/** Keeps the last one; `discard` lets go of it before the next is made. */
export function keepLast<T>(discard: (value: T) => void | Promise<void> = () => undefined): {
  readonly keep: Keep<T>;
  dispose(): Promise<void>;
} {
  let kept: { readonly key: string; readonly value: T } | undefined;
  const dispose = async () => {
    const last = kept;
    kept = undefined;
    if (last) await discard(last.value);
  };
  return {
    async keep(key, make) {
      const text = keyText(key);
      if (kept?.key === text) return kept.value;
      await dispose();
      const value = await make();
      kept = { key: text, value };
      return value;
    },
    dispose,
  };
}

/** Keeps them all: for what is small. */
export function keepAll<T>(): Keep<T> {
  const kept = new Map<string, T>();
  return async (key, make) => {
    const text = keyText(key);
    const known = kept.get(text);
    if (known !== undefined) return known;
    const value = await make();
    kept.set(text, value);
    return value;
  };
}

/** JSON of a key. Configurations hold maps, which JSON leaves out. */
export function keyText(key: unknown): string {
  return JSON.stringify(key, (_, value: unknown) => (value instanceof Map ? [...value] : value));
}
