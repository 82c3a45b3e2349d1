import { type FormEvent, useState } from 'react';
import { type SweepRange, sweepImages, sweepProblem, sweepValues } from '../../state/sweep';
import { parseNumber } from '../../state/url';
import { useSnapshot } from '../context';
import { formatMany } from '../format';
import { Term } from '../tips/term';
import { Dialog } from '../ui/dialog';

interface SweepDialogProps {
  readonly range: SweepRange;
  readonly onSweep: (range: SweepRange) => void;
  readonly onClose: () => void;
}

type Field = 'from' | 'to' | 'step' | 'pictures';

const LABELS: readonly (readonly [field: Field, label: string, hint?: string])[] = [
  ['from', 'From'],
  ['to', 'To'],
  ['step', 'Step'],
  ['pictures', 'Images of each task', 'all'],
];

/** Range, step and number of pictures of a sweep, and what that comes to. */
export function SweepDialog({ range, onSweep, onClose }: SweepDialogProps) {
  const tasks = useSnapshot((snapshot) => snapshot.tasks);
  const [texts, setTexts] = useState<Readonly<Record<Field, string>>>({
    from: String(range.from),
    to: String(range.to),
    step: String(range.step),
    pictures: range.pictures === null ? '' : String(range.pictures),
  });
  const wanted = rangeOf(texts);
  const problem = sweepProblem(wanted);
  const sizes = tasks.filter(({ included }) => included).map(({ imageCount }) => imageCount);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problem !== null) return;
    onSweep(wanted);
    onClose();
  };
  return (
    <Dialog title="Sweep" onClose={onClose}>
      <form onSubmit={submit}>
        <p>
          Scores the merged model at many values of the{' '}
          <Term id="scaling-factor">scaling factor</Term>: first all of them on a sample, from
          coarse to fine, then each on the images asked for. Stop it when the curve says enough.
        </p>
        <div className="sweep-fields">
          {LABELS.map(([field, label, hint]) => (
            <label key={field} className="field">
              <span>{label}</span>
              <input
                type="text"
                inputMode="decimal"
                value={texts[field]}
                placeholder={hint}
                aria-describedby="sweep-count"
                onChange={({ target }) => setTexts({ ...texts, [field]: target.value })}
              />
            </label>
          ))}
        </div>
        <p
          id="sweep-count"
          className={problem === null ? undefined : 'field-problem'}
          aria-live="polite"
        >
          {problem ??
            `${formatMany(sweepValues(wanted).length, 'value')}, ${formatMany(sweepImages(wanted, sizes), 'image')} in all; what is scored already is not scored again.`}
        </p>
        <div className="dialog-actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="primary" disabled={problem !== null}>
            Start the sweep
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What is no number becomes none, which `sweepProblem` has words for. */
function rangeOf(texts: Readonly<Record<Field, string>>): SweepRange {
  const number = (text: string) => parseNumber(text.trim().replace('−', '-')) ?? Number.NaN;
  const isAll = /^(all)?$/i.test(texts.pictures.trim());
  return {
    from: number(texts.from),
    to: number(texts.to),
    step: number(texts.step),
    pictures: isAll ? null : number(texts.pictures),
  };
}
