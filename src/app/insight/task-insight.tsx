import { useState } from 'react';
import type { TaskScore, TaskView } from '../../state/types';
import { ClassBreakdown } from '../results/class-breakdown';
import { Tabs } from '../ui/tabs';
import { CalibrationView } from './calibration-view';
import { ConfusionView } from './confusion-view';
import { Gallery } from './gallery';
import './task-insight.css';

const TABS = [
  { id: 'classes', title: 'Classes' },
  { id: 'pictures', title: 'Pictures' },
  { id: 'confusions', title: 'Confusions' },
  { id: 'calibration', title: 'Calibration' },
] as const;

interface TaskInsightProps {
  readonly task: TaskView;
  readonly pretrained: TaskScore | undefined;
  readonly merged: TaskScore | undefined;
  readonly expert: TaskScore | undefined;
}

/** What lies behind a task's three figures: its classes, its pictures, what is taken for what, and how sure the models are. */
export default function TaskInsightPanel({ task, ...scores }: TaskInsightProps) {
  const [tab, setTab] = useState<(typeof TABS)[number]['id']>('classes');
  return (
    <div className="insight">
      <Tabs label={`Views of ${task.name}`} tabs={TABS} chosen={tab} onChoose={setTab}>
        {tab === 'classes' && <ClassBreakdown task={task} {...scores} />}
        {tab === 'pictures' && <Gallery task={task} />}
        {tab === 'confusions' && <ConfusionView task={task} />}
        {tab === 'calibration' && <CalibrationView task={task} />}
      </Tabs>
    </div>
  );
}
