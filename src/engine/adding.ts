/** What adding models and tasks have in common: files are staged one after the other, then adopted together. */
import type { Finding } from '../modelpool/types';
import type { StagedImport } from '../storage/types';

/** Something staged, and what is known of it. */
export interface Staged<T> {
  readonly item: StagedImport;
  readonly about: T;
}

/**
 * Stages one after the other. What was staged before one that fails stays; what comes after it would fail in the same way,
 * and is named too.
 */
export async function stageAll<T extends { readonly name: string }>(
  wanted: readonly T[],
  stage: (about: T, place: number) => Promise<StagedImport>,
  findings: Finding[],
): Promise<Staged<T>[]> {
  const staged: Staged<T>[] = [];
  for (const [place, about] of wanted.entries()) {
    try {
      staged.push({ item: await stage(about, place), about });
    } catch (error) {
      findings.push(interrupted(about.name, error));
      for (const { name } of wanted.slice(place + 1)) findings.push(notReached(name, about.name));
      break;
    }
  }
  return staged;
}

/** An import that was stopped, or that the storage refused, as a finding. */
function interrupted(subject: string, error: unknown): Finding {
  const stopped = error instanceof DOMException && error.name === 'AbortError';
  const reason = error instanceof Error ? error.message : String(error);
  return {
    severity: stopped ? 'info' : 'error',
    subject,
    message: stopped ? `The import of ${subject} was stopped; nothing of it was kept.` : reason,
    details: [],
  };
}

function notReached(subject: string, stoppedAt: string): Finding {
  return {
    severity: 'info',
    subject,
    message: `${subject} was not added, because the import ended at ${stoppedAt}. Add it again.`,
    details: [],
  };
}
