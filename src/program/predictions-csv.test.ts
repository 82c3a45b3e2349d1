import { expect, it } from 'vitest';
import { createTally } from '../taskpool/tally';
import { classified } from '../taskpool/testing/classified';
import { PREDICTIONS_BEGINNING, predictionsCsv } from './predictions-csv';

it('has a row for each picture that was scored, by names', () => {
  const tally = createTally(3, 2);
  const top = [
    { label: 1, probability: 0.75 },
    { label: 0, probability: 0.25 },
  ];
  tally.count(0, 0, classified(1, 1, { top }));
  tally.skip(1, 'broken');
  tally.count(2, 1, classified(1, 1, { top: top.slice(0, 1) }));
  const table = predictionsCsv([
    {
      model: 'merged',
      task: 'pets, small',
      classnames: ['cat', 'dog'],
      imageNames: ['a.png', 'b.png', 'c.png'],
      labels: [0, 1, 1],
      tally,
    },
  ]);
  expect(table.startsWith(PREDICTIONS_BEGINNING)).toBe(true);
  expect(table).toBe(
    [
      'model,task,picture,label,prediction,probability,margin',
      'merged,"pets, small",a.png,cat,dog,0.75,0.5',
      'merged,"pets, small",c.png,dog,dog,0.75,0.75',
      '',
    ].join('\r\n'),
  );
});

it('gives all digits that are kept of a probability, and no more', () => {
  const tally = createTally(1, 2);
  tally.count(0, 0, classified(0, 1, { top: [{ label: 0, probability: 0.1 + 0.2 }] }));
  const [, row] = predictionsCsv([
    { model: 'm', task: 't', classnames: ['a', 'b'], imageNames: ['x'], labels: [0], tally },
  ]).split('\r\n');
  expect(row).toBe('m,t,x,a,a,0.300000012,0.300000012');
});
