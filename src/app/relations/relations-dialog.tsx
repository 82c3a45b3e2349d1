import { useState } from 'react';
import type { TaskVectorDirections, TaskVectorRelations } from '../../state/types';
import { Dialog } from '../ui/dialog';
import { Tabs } from '../ui/tabs';
import { CosinesView } from './cosines-view';
import { Directions } from './directions';
import { NormsView } from './norms-view';
import { OverlapsView } from './overlaps-view';
import { SignsView } from './signs-view';
import { SpectraView } from './spectra-view';
import './relations-dialog.css';

const TITLE = 'How the experts relate';

const TABS = [
  { id: 'cosines', title: 'Cosines' },
  { id: 'norms', title: 'Norms' },
  { id: 'signs', title: 'Signs' },
  { id: 'spectra', title: 'Spectra' },
  { id: 'overlaps', title: 'Overlap' },
] as const;

interface RelationsDialogProps {
  readonly relations: TaskVectorRelations;
  /** Null where they were not computed. */
  readonly directions: TaskVectorDirections | null;
  readonly computing: boolean;
  readonly onCompute: () => void;
  readonly onClose: () => void;
}

/** One view for each way of comparing them. */
export default function RelationsDialog({
  relations,
  directions,
  computing,
  onCompute,
  onClose,
}: RelationsDialogProps) {
  const [tab, setTab] = useState<(typeof TABS)[number]['id']>('cosines');
  return (
    <Dialog title={TITLE} onClose={onClose} wide>
      <div className="relations">
        <Tabs label={TITLE} tabs={TABS} chosen={tab} onChoose={setTab}>
          {tab === 'cosines' && <CosinesView relations={relations} />}
          {tab === 'norms' && <NormsView relations={relations} />}
          {tab === 'signs' && <SignsView relations={relations} />}
          {tab === 'spectra' && (
            <Directions known={directions} busy={computing} onCompute={onCompute}>
              {(found) => <SpectraView directions={found} />}
            </Directions>
          )}
          {tab === 'overlaps' && (
            <Directions known={directions} busy={computing} onCompute={onCompute}>
              {(found) => <OverlapsView directions={found} />}
            </Directions>
          )}
        </Tabs>
      </div>
    </Dialog>
  );
}
