/** What the page is told once, beside the state: remarks, and how those of the engine itself are worded. */
import type { Finding, Remark } from './api';

/** Remarks that a snapshot carries: the page tells each once, and none is older than a visit. */
const MAX_REMARKS = 20;

export interface Remarks {
  tell(finding: Finding): void;
  /** The latest, in the order in which they came. */
  all(): readonly Remark[];
}

export function createRemarks(onChange: () => void): Remarks {
  let remarks: readonly Remark[] = [];
  return {
    tell(finding) {
      const id = (remarks.at(-1)?.id ?? 0) + 1;
      remarks = [...remarks, { ...finding, id }].slice(-MAX_REMARKS);
      onChange();
    },
    all: () => remarks,
  };
}

export function unsummedRecipe(names: readonly string[]): Finding {
  return {
    severity: 'info',
    message: `The recipe in the downloaded model names ${names.join(', ')} without SHA-256: the sums take longer than the download and are computed while nothing else is to do. The report has them then, and a later download too.`,
    details: [],
  };
}

export function unfinishedImport(name: string): Finding {
  return {
    severity: 'info',
    subject: name,
    message: `The import of ${name} was not finished when the page was closed, and what there was of it has been removed. Add it again.`,
    details: [],
  };
}

export function damagedRecord(name: string): Finding {
  return {
    severity: 'warning',
    subject: name,
    message: `What the library keeps of ${name} is damaged. Remove it and add it again.`,
    details: [],
  };
}
