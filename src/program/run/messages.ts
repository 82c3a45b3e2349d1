/** What a run tells while it goes on. */
export interface RunListener {
  /** A piece of work and how far it is; the same `what` until it is done. */
  progress(what: string, done: number, total: number): void;
  /** Something worth knowing, one sentence. */
  note(text: string): void;
}
