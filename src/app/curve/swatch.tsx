import { taskStroke } from './strokes';

/** A piece of a task's line, beside its name. */
export function Swatch({ place }: { place: number }) {
  const { colour, dash } = taskStroke(place);
  return (
    <svg className="swatch" width="16" height="4" viewBox="0 0 16 4" aria-hidden="true">
      <line x1="0" x2="16" y1="2" y2="2" stroke={`var(${colour})`} strokeDasharray={dash} />
    </svg>
  );
}
