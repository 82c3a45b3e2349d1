import { useState } from 'react';
import { hasDemo, hasOwnModels } from '../../state/selectors';
import { AboutDialog } from '../about/about-dialog';
import { useCommands, usePage } from '../context';
import { useEdition } from '../edition';
import './header.css';

/** The program's name, what the demo is while it is there, and what the program is. */
export function Header() {
  const [about, setAbout] = useState(false);
  const edition = useEdition();
  const sentence = usePage((state) => state.demo.sentence);
  const loading = usePage((state) => state.demo.loading !== null);
  const shown = usePage(hasDemo);
  const ownModels = usePage(hasOwnModels);
  const ready = usePage((state) => state.snapshot !== null);
  const { hideDemo, showDemo } = useCommands();
  return (
    <header className="header">
      {ready && <SkipToFactor />}
      <h1>
        <span className="math" aria-hidden="true">
          θ
        </span>
        Task Arithmetic Studio
      </h1>
      {edition && <p className="header-edition">{edition.sentence}</p>}
      {sentence !== null && ready && (
        <div className="header-demo">
          {(shown || loading) && <p>{sentence}</p>}
          {shown && (
            <button type="button" className="link" onClick={hideDemo}>
              Hide the demo
            </button>
          )}
          {!shown && !loading && !ownModels && (
            <button type="button" className="link" onClick={showDemo}>
              Show the demo
            </button>
          )}
        </div>
      )}
      <button type="button" className="link header-about" onClick={() => setAbout(true)}>
        About
      </button>
      {about && <AboutDialog onClose={() => setAbout(false)} />}
    </header>
  );
}

/** For the keyboard: past the pools, to what the page is about. A link would take the place of the shared address. */
function SkipToFactor() {
  const skip = () => document.querySelector<HTMLElement>('.fader')?.focus();
  return (
    <button type="button" className="skip" onClick={skip}>
      Go to the scaling factor
    </button>
  );
}
