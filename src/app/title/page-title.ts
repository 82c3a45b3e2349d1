/** The words of the browser's tab: what is going on and how long it still takes, and else the page's name. Pure. */
import type { StudioState } from '../../state/types';
import { formatCount, formatSecondsLeft } from '../format';

export const PAGE_NAME = 'Task Arithmetic Studio';

const ACTIVE = new Set(['preparing', 'scoring']);

/** What takes so long that its end can be told comes first: a tab shows the beginning only. */
export function pageTitle(snapshot: StudioState | null): string {
  const doing = snapshot && (jobWords(snapshot) ?? scoringWords(snapshot));
  return doing ? `${doing} · ${PAGE_NAME}` : PAGE_NAME;
}

function jobWords({ jobs }: StudioState): string | null {
  const job = jobs.find(({ secondsLeft, progress }) => secondsLeft !== null && progress !== null);
  if (!job || job.progress === null || job.secondsLeft === null) return null;
  const share = `${Math.floor(job.progress * 100)} %`;
  return `${share}, ${formatSecondsLeft(job.secondsLeft)} · ${job.label}`;
}

function scoringWords({ scores }: StudioState): string | null {
  const { sweep, phase, secondsLeft, scored, total } = scores;
  if (!ACTIVE.has(phase) || secondsLeft === null) return null;
  const left = formatSecondsLeft(secondsLeft);
  if (sweep) return `${sweep.done} of ${sweep.of} values, ${left}`;
  return `${formatCount(scored)} of ${formatCount(total)} images, ${left}`;
}
