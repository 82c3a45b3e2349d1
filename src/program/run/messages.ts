/** What a run tells while it goes on. */
export interface RunListener {
  /** A piece of work and how far it is, in pieces or in bytes; the same `what` until it is done. */
  progress(what: string, done: number, total: number, unit?: 'bytes'): void;
  /** Something worth knowing, one sentence. */
  note(text: string): void;
}
