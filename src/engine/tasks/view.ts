/** A task as the page shows it, and pictures of it for looking at. Pure. */
import type { UnreadableImage } from '../../taskpool/tally';
import { type UnreadablePicture, unreadablePictures } from '../../taskpool/unreadable';
import type { Finding, SampleImage, TaskView } from '../api';
import { memo } from '../memo';
import type { Task } from '../value';
import { splitView, taskSplit } from './split';

export function taskView(
  task: Task,
  expert: string | null,
  unreadable: readonly UnreadableImage[],
): TaskView {
  const names = unreadable.length > 0 ? task.images.map(({ name }) => name) : [];
  const pictures = unreadablePictures(unreadable, names);
  return {
    id: task.id,
    name: task.name,
    origin: task.origin,
    ...(task.source !== undefined && { source: task.source }),
    included: task.included,
    classnames: task.classnames,
    templates: task.templates,
    imageCount: task.images.length,
    classCounts: classCounts(task),
    expert,
    chosenExpert: task.expert,
    unreadable: pictures,
    split: splitView(task),
    findings: taskFindings(task, pictures),
  };
}

/** `count` pictures spread over the task. */
export function sampleImages(task: Task, count: number): SampleImage[] {
  const step = Math.max(1, Math.floor(task.images.length / count));
  return Array.from({ length: count }, (_, i) => pictureAt(task, i * step)).filter(
    (image) => image !== null,
  );
}

/** The picture of that index and its class; null where there is none. */
export function pictureAt({ images, labels, classnames }: Task, index: number): SampleImage | null {
  const image = images[index];
  if (!image) return null;
  return { name: image.name, blob: image.blob, classname: classnames[labels[index] ?? -1] ?? '' };
}

const classCounts = memo(({ classnames, labels }: Task): number[] => {
  const counts = classnames.map(() => 0);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
});

function taskFindings(task: Task, unreadable: readonly UnreadablePicture[]): Finding[] {
  const findings: Finding[] = [];
  if (task.failure !== undefined) {
    findings.push({ severity: 'error', subject: task.name, message: task.failure, details: [] });
  }
  if (task.split !== undefined && task.images.length > 0 && !taskSplit(task)) {
    findings.push({
      severity: 'warning',
      subject: task.name,
      message: 'It has too few pictures to be split; all of them are reported on.',
      details: [],
    });
  }
  if (unreadable.length > 0) {
    findings.push({
      severity: 'warning',
      subject: task.name,
      message: 'These pictures cannot be read; they are left out of the counts.',
      details: unreadable.map(({ image, reason }) => `${image}: ${reason}`),
    });
  }
  return findings;
}
