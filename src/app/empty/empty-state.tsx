import { useEdition } from '../edition';
import './empty.css';

/**
 * The page before anything is in it, and while its engine is on its way: what it is for, what to give it, and where to begin.
 * `starting` leaves out what cannot be done yet.
 */
export function EmptyState({ starting = false }: { starting?: boolean }) {
  const edition = useEdition();
  return (
    <section className="empty" aria-label="How to begin">
      <p className="empty-purpose">
        Merge fine-tuned CLIP models in your browser, and see at once what it does to their
        zero-shot accuracy.
      </p>
      <p className="empty-formula math" aria-hidden="true">
        θ = θ<sub>0</sub> + <em>λ</em> · (τ<sub>1</sub> + τ<sub>2</sub> + …)
      </p>
      <ol>
        <li>
          Add a pretrained CLIP and its fine-tuned variants: Hugging Face folders or lone weights
          files.
        </li>
        <li>
          Add labelled test images: a folder for each task with a sub-folder for each class, or the
          same as a zip, Parquet or tar file.
        </li>
        <li>
          Move the scaling factor, watch the merged model’s accuracy, and download what you see:{' '}
          {edition ? 'your files never leave' : 'nothing ever leaves'} this machine.
        </li>
      </ol>
      <p className="empty-hint">
        {starting ? (
          <span role="status">Starting the engine</span>
        ) : (
          'Files and folders can also be dropped anywhere on this page.'
        )}
      </p>
    </section>
  );
}
