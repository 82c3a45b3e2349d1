/** What the engine's thread and the page say to one another about threads that the page begins for it, beside Comlink's messages. */

/** Of the engine's thread; `key` is which of the threads that it has begun. */
export type Wanted =
  | {
      readonly pageThread: 'begin';
      readonly key: number;
      readonly url: string;
      readonly options: WorkerOptions;
    }
  | { readonly pageThread: 'post'; readonly key: number; readonly message: unknown }
  | { readonly pageThread: 'end'; readonly key: number };

/** Of the page. */
export type Heard =
  | { readonly pageThread: 'message'; readonly key: number; readonly data: unknown }
  | { readonly pageThread: 'error'; readonly key: number; readonly message: string };

/** Either end's messages come from this program alone: what has the field is one of them. */
export function isOfPageThreads<M extends Wanted | Heard>(data: unknown): data is M {
  return typeof data === 'object' && data !== null && 'pageThread' in data;
}
