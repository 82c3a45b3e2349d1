import type { TaskVectorSimilarity } from '../../state/types';
import { useCommands } from '../context';
import { SavedLine } from '../export/saved-line';
import { Name } from '../names/name';
import { useExpertNames } from '../names/use-short-names';
import { CopyButton } from '../ui/copy-button';
import { Dialog } from '../ui/dialog';
import { formatCosine, heat } from './heat';

const FILE = 'task_vector_cos_similarity.csv';
const TITLE = 'Cosines between task vectors';

interface SimilarityDialogProps {
  readonly similarity: TaskVectorSimilarity;
  readonly onClose: () => void;
}

/** The table of cosines, each cell coloured by its value. */
export function SimilarityDialog({ similarity, onClose }: SimilarityDialogProps) {
  const { names, ids, cosines, csv } = similarity;
  const { saveFile } = useCommands();
  const shown = useExpertNames();
  const save = () => saveFile(() => ({ name: FILE, file: new Blob([csv], { type: 'text/csv' }) }));
  return (
    <Dialog title={TITLE} onClose={onClose} wide>
      <div className="similarity-tools">
        <span>
          1 is the same direction, 0 a right angle, −1 the opposite. Weights in the pool play no
          part.
        </span>
        <button type="button" onClick={save}>
          Download as CSV
        </button>
        <CopyButton label="Copy as CSV" text={csv} />
      </div>
      <SavedLine />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section className="table-scroll" aria-label={`${TITLE}, table`} tabIndex={0}>
        <table className="numbers similarity" aria-label={TITLE}>
          <thead>
            <tr>
              <td />
              {names.map((name, column) => (
                <th key={ids[column]} scope="col">
                  <Name name={name} short={shown.get(name)} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cosines.map((row, place) => (
              <tr key={ids[place]}>
                <th scope="row">
                  <Name name={names[place] ?? ''} short={shown.get(names[place] ?? '')} />
                </th>
                {row.map((cosine, column) => (
                  <td key={ids[column]} title={String(cosine)} style={heat(cosine)}>
                    {formatCosine(cosine)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Dialog>
  );
}
