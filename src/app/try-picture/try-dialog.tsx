import { useEffect, useState } from 'react';
import { useDropzone } from 'react-dropzone';
import type { PictureToTry, TryDraft } from '../../state/try-picture';
import { Dialog } from '../ui/dialog';
import { FileButton } from '../ui/file-button';
import { Tabs } from '../ui/tabs';
import { Answers } from './answers';
import { Camera } from './camera';
import { ClassesChoice } from './classes-choice';
import { Drawing } from './drawing';
import { TrySlider } from './try-slider';
import { usePictureKind } from './use-picture-kind';
import { useTried } from './use-tried';
import './try-dialog.css';

const TABS = [
  { id: 'file', title: 'A file' },
  { id: 'draw', title: 'Draw' },
  { id: 'camera', title: 'Camera' },
] as const;

type Tab = (typeof TABS)[number]['id'];

const PICTURES =
  '.png,.apng,.jpg,.jpeg,.jpe,.jfif,.webp,.gif,.bmp,.dib,.tif,.tiff,.pbm,.pgm,.ppm,.pnm';

interface TryDialogProps {
  readonly draft: TryDraft;
  readonly onChange: (draft: TryDraft) => void;
  readonly onClose: () => void;
}

/** A picture of one's own, and what the pretrained model, the merged one and an expert make of it, following the slider. */
export default function TryDialog({ draft, onChange, onClose }: TryDialogProps) {
  const [tab, setTab] = useState<Tab>('file');
  const { address, problem } = useTried(draft);
  const kind = usePictureKind(draft.taskId);
  const take = (picture: PictureToTry) => onChange({ ...draft, picture });
  const takeFile = (file: File | undefined) => {
    if (!file) return;
    take({ name: file.name, blob: file });
    setTab('file');
  };
  usePaste(takeFile);
  const { getRootProps, isDragActive } = useDropzone({
    noClick: true,
    noKeyboard: true,
    // Below the dialog the page waits for files of the pools.
    noDragEventsBubbling: true,
    onDrop: ([file]) => takeFile(file),
  });
  return (
    <div {...getRootProps({ role: undefined, tabIndex: undefined })}>
      <Dialog title="Try a picture" onClose={onClose} wide>
        <div className={isDragActive ? 'try dropping' : 'try'}>
          <div className="try-source">
            <Tabs label="Where the picture comes from" tabs={TABS} chosen={tab} onChoose={setTab}>
              {tab === 'file' && (
                <div className="try-file">
                  <Preview draft={draft} address={address} />
                  <FileButton
                    label="Choose a picture"
                    accept={PICTURES}
                    single
                    onFiles={([chosen]) => takeFile(chosen?.file)}
                  />
                </div>
              )}
              {tab === 'draw' && <Drawing kind={kind} onDrawn={take} />}
              {tab === 'camera' && (
                <Camera
                  onTaken={(picture) => {
                    take(picture);
                    setTab('file');
                  }}
                />
              )}
            </Tabs>
            <ClassesChoice draft={draft} onChange={onChange} />
          </div>
          <div className="try-answers">
            <TrySlider />
            <Answers hasPicture={draft.picture !== null} problem={problem} />
          </div>
        </div>
      </Dialog>
    </div>
  );
}

interface PreviewProps {
  readonly draft: TryDraft;
  readonly address: string | null;
}

function Preview({ draft: { picture }, address }: PreviewProps) {
  const [broken, setBroken] = useState<string | null>(null);
  if (picture === null || address === null || address === broken) {
    return <p className="try-blank">Drop a picture here, paste it, or choose a file.</p>;
  }
  return (
    <figure>
      <img src={address} alt={`To be tried: ${picture.name}`} onError={() => setBroken(address)} />
      <figcaption>{picture.name}</figcaption>
    </figure>
  );
}

/** Takes pictures out of the clipboard, wherever the focus is; text goes where it is pasted. */
function usePaste(take: (file: File | undefined) => void): void {
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const [file] = event.clipboardData?.files ?? [];
      if (!file) return;
      event.preventDefault();
      take(file);
    };
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  });
}
