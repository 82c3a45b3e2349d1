/**
 * How many threads of a kind a worker may begin here. Firefox (153) now and then never comes back from `new Worker` in a worker that
 * has begun another, on a busy machine one time in ten, and what computes there with it.
 */
export function threadsAtOnce(): number {
  return navigator.userAgent.includes('Firefox/') ? 1 : navigator.hardwareConcurrency;
}
