import { useRef } from 'react';
import { toDroppedFiles } from '../../state/drop';
import type { DroppedFile } from '../../state/types';
import { Icon } from './icon';

interface FileButtonProps {
  readonly label: string;
  readonly onFiles: (files: readonly DroppedFile[]) => void;
  /** Choose a folder with everything in it, instead of files. */
  readonly directory?: boolean;
  /** Choose one file and no more. */
  readonly single?: boolean;
  /** File name endings and types to offer first. */
  readonly accept?: string;
}

/** A real file input that looks like a button: its label is the button, the input itself keeps focus and keyboard. */
export function FileButton(props: FileButtonProps) {
  const { label, onFiles, directory = false, single = false, accept } = props;
  const input = useRef<HTMLInputElement>(null);
  const take = () => {
    const element = input.current;
    if (element?.files == null) return;
    const files = toDroppedFiles(element.files);
    element.value = '';
    onFiles(files);
  };
  return (
    <label className="file-button">
      <Icon name={directory ? 'folder' : 'plus'} />
      <span>{label}</span>
      <input
        ref={input}
        type="file"
        multiple={!single}
        accept={accept}
        onChange={take}
        {...(directory ? { webkitdirectory: '' } : {})}
      />
    </label>
  );
}
