import './empty.css';

/** The page before anything is in it: what it does, in three sentences, and where to begin. */
export function EmptyState() {
  return (
    <section className="empty" aria-label="How to begin">
      <p className="empty-formula math" aria-hidden="true">
        θ = θ<sub>0</sub> + <em>λ</em> · (τ<sub>1</sub> + τ<sub>2</sub> + …)
      </p>
      <ol>
        <li>Add a pretrained CLIP and its fine-tuned variants to the model pool.</li>
        <li>
          Add folders of labelled test images to the task pool: one folder for a task, one
          sub-folder for each class.
        </li>
        <li>
          Move the scaling factor, watch the zero-shot accuracy of the merged model, and download
          what you see: nothing ever leaves this machine.
        </li>
      </ol>
      <p className="empty-hint">Files and folders can also be dropped anywhere on this page.</p>
    </section>
  );
}
