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
    included: task.included,
    classnames: task.classnames,
    templates: task.templates,
    imageCount: task.images.length,
    classCounts: classCounts(task),
    expert,
    unreadable: pictures,
    split: splitView(task),
    findings: taskFindings(task, pictures),
  };
}

/** `count` pictures spread over the task. */
export function sampleImages({ images, labels, classnames }: Task, count: number): SampleImage[] {
  const step = Math.max(1, Math.floor(images.length / count));
  return images.flatMap((image, i) => {
    if (i % step !== 0 || i / step >= count) return [];
    const { name, blob } = image;
    return [{ name, blob, classname: classnames[labels[i] ?? -1] ?? '' }];
  });
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
