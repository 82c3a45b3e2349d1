import { useId } from 'react';
import { useCommands, useSnapshot } from '../context';
import { formatMany } from '../format';
import { useTaskNames } from '../names/use-short-names';
import { FileButton } from '../ui/file-button';
import { TaskRow } from './task-row';
import './task-pool.css';

const IMAGE_FILES =
  '.zip,.parquet,.tar,.gz,.tgz,.json,.png,.apng,.jpg,.jpeg,.jpe,.jfif,.webp,.gif,.bmp,.dib,.tif,.tiff,.pbm,.pgm,.ppm,.pnm';

/** The classification tasks on which every model is scored. */
export function TaskPool() {
  const tasks = useSnapshot((snapshot) => snapshot.tasks);
  const { addTaskImages } = useCommands();
  const shown = useTaskNames();
  const titleId = useId();
  return (
    <section className="pool" aria-labelledby={titleId}>
      <header className="pool-head">
        <h2 id={titleId}>Task pool</h2>
        {tasks.length > 0 && <span>{formatMany(tasks.length, 'task')}</span>}
      </header>
      <div className="pool-add">
        <FileButton label="Add task images" accept={IMAGE_FILES} onFiles={addTaskImages} />
        <FileButton label="Add task folder" directory onFiles={addTaskImages} />
      </div>
      {tasks.length === 0 && (
        <p className="pool-empty">
          Labelled test images: a folder with one sub-folder for each class, or a zip, Parquet or
          tar file.
        </p>
      )}
      <ul className="pool-list">
        {tasks.map((task) => (
          <TaskRow key={task.id} task={task} short={shown.get(task.name)} />
        ))}
      </ul>
    </section>
  );
}
