import type { ReactNode } from 'react';
import { useDropzone } from 'react-dropzone';
import { toDroppedFiles } from '../../state/drop';
import { useCommands } from '../context';
import './drop.css';

/** Lets files and folders be dropped anywhere on the page; each goes to the pool that it is for. */
export function DropArea({ children }: { children: ReactNode }) {
  const { add } = useCommands();
  const { getRootProps, isDragActive } = useDropzone({
    noClick: true,
    noKeyboard: true,
    onDrop: (files) => void add(toDroppedFiles(files)),
  });
  return (
    <div {...getRootProps({ className: 'studio', role: undefined, tabIndex: undefined })}>
      {children}
      {isDragActive && (
        <div className="drop-overlay" aria-hidden="true">
          <p>
            Drop checkpoints or test images
            <small>Each file goes to the pool it is for</small>
          </p>
        </div>
      )}
    </div>
  );
}
