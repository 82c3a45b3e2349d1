import { type FormEvent, useState } from 'react';
import { useStore } from 'zustand';
import { Dialog } from '../app/ui/dialog';
import type { HubDownloads } from './downloads';
import { HubList } from './hub-list';
import './edition.css';

interface HubDialogProps {
  readonly downloads: HubDownloads;
  readonly endpoint: string;
  readonly onClose: () => void;
}

/** What is wanted, then what there is of it, then how it comes: each step begins with a click. */
export default function HubDialog({ downloads, endpoint, onClose }: HubDialogProps) {
  const { step, note, problem } = useStore(downloads.store);
  const [typed, type] = useState<Typed>({ text: '', token: '' });
  return (
    <Dialog title="Add from the Hub" onClose={onClose} wide>
      {step === 'asking' || step === 'listing' ? (
        <Asking downloads={downloads} endpoint={endpoint} typed={typed} onType={type} />
      ) : (
        <HubList downloads={downloads} endpoint={endpoint} />
      )}
      <p role="status" className="hub-note">
        {note}
      </p>
      {problem !== null && (
        <p role="alert" className="field-problem hub-problem">
          {problem}
        </p>
      )}
    </Dialog>
  );
}

/** Kept from one step to the next, and nowhere else. */
interface Typed {
  readonly text: string;
  readonly token: string;
}

interface AskingProps extends Omit<HubDialogProps, 'onClose'> {
  readonly typed: Typed;
  readonly onType: (typed: Typed) => void;
}

function Asking({ downloads, endpoint, typed, onType }: AskingProps) {
  const { text, token } = typed;
  const isListing = useStore(downloads.store, ({ step }) => step === 'listing');
  const { host } = new URL(endpoint);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void downloads.list(text, token);
  };
  return (
    <form onSubmit={submit}>
      <label className="field">
        <span>Repositories</span>
        <textarea
          rows={5}
          value={text}
          spellCheck={false}
          placeholder={'openai/clip-vit-base-patch32\ntanganke/clip-vit-base-patch32_sun397'}
          aria-describedby="hub-names"
          onChange={(event) => onType({ ...typed, text: event.target.value })}
        />
        <small id="hub-names">
          One a line: <code>organisation/name</code>, with <code>@revision</code> where it is not{' '}
          <code>main</code>; for pictures <code>datasets/organisation/name</code> and a split (
          <code>test</code> where none is said). Or the text of a FusionBench YAML that names them.
        </small>
      </label>
      <label className="field">
        <span>Token</span>
        <input
          type="password"
          autoComplete="off"
          value={token}
          aria-describedby="hub-token"
          onChange={(event) => onType({ ...typed, token: event.target.value })}
        />
        <small id="hub-token">
          For private repositories and those whose owners let in who has asked. It is sent to {host}{' '}
          alone and never stored: it is forgotten when the download has ended and this dialogue is
          closed.
        </small>
      </label>
      <p className="hub-learns">
        <em>List files</em> asks <strong>{host}</strong>, which learns the names of the
        repositories, your IP address{token.trim() === '' ? '' : ', your token'} and what every
        request says of a browser. Nothing is asked before.
      </p>
      <div className="dialog-actions">
        {isListing && (
          <button type="button" onClick={downloads.stop}>
            Stop
          </button>
        )}
        <button type="submit" className="primary" disabled={isListing || text.trim() === ''}>
          List files
        </button>
      </div>
    </form>
  );
}
