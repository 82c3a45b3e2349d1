import type { Meaning, TableFile } from '../../state/types';
import { useCommands } from '../context';
import { SavedLine } from '../export/saved-line';
import { Name } from '../names/name';
import { useExpertNames } from '../names/use-short-names';
import { CopyButton } from '../ui/copy-button';
import type { HeatHead } from './heat-map';

/** What the numbers mean, for the scaling factor and for the method. */
export function MeaningOf({ meaning: { lambda, method } }: { meaning: Meaning }) {
  return (
    <dl className="relations-meaning">
      <dt>λ</dt>
      <dd>{lambda}</dd>
      <dt>Method</dt>
      <dd>{method}</dd>
    </dl>
  );
}

/** The table of a view as a file, and to be copied. */
export function TableTools({ table: { name, text } }: { table: TableFile }) {
  const { saveFile } = useCommands();
  const save = () => saveFile(() => ({ name, file: new Blob([text], { type: 'text/csv' }) }));
  return (
    <>
      <div className="relations-tools">
        <button type="button" onClick={save}>
          Download as CSV
        </button>
        <CopyButton label="Copy as CSV" text={text} />
      </div>
      <SavedLine />
    </>
  );
}

/** Experts as heads of rows or columns, short among each other. */
export function useExpertHeads(
  ids: readonly string[],
  names: readonly string[],
): readonly HeatHead[] {
  const short = useExpertNames();
  return ids.map((key, i) => {
    const name = names[i] ?? '';
    return { key, name, shown: <Name name={name} short={short.get(name)} /> };
  });
}
