import { version } from '../../version';
import { useEdition } from '../edition';
import { Dialog } from '../ui/dialog';

/** What the program does, what it keeps and where, and which version this is. */
export function AboutDialog({ onClose }: { onClose: () => void }) {
  const edition = useEdition();
  return (
    <Dialog title="About Task Arithmetic Studio" onClose={onClose}>
      <p>
        It merges the vision towers of CLIP models by task arithmetic: every fine-tuned model is the
        pretrained one plus a task vector, and the merged model is the pretrained one plus the sum
        of all task vectors times a scaling factor. It does what FusionBench’s CLIP task arithmetic
        does, with the same bytes and the same scores, while you move the factor.
      </p>
      <p>
        Everything stays on this machine. Checkpoints and images are kept in this browser’s storage,
        the arithmetic runs in this page, and the page{' '}
        {edition?.talksTo ?? 'is not allowed to talk to any other server.'} Removing a model or task
        deletes its copy; your own files are never touched.
      </p>
      <p>
        Accuracies are top-1 over the images you added, with 95 % Wilson intervals for a task and a
        normal interval for the average, which is the unweighted mean over tasks. The text tower and
        the projections are the pretrained model’s.
      </p>
      <dl className="facts">
        <dt>Version</dt>
        <dd>{version}</dd>
        <dt>Method</dt>
        <dd>Ilharco et al., “Editing Models with Task Arithmetic”, ICLR 2023 (arXiv 2212.04089)</dd>
        <dt>Reference</dt>
        <dd>Tang et al., “FusionBench”, 2024 (arXiv 2406.03280)</dd>
        <dt>Licence</dt>
        <dd>MIT</dd>
      </dl>
    </Dialog>
  );
}
