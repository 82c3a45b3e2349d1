import { readFileSync } from 'node:fs';
import { accuracies, accuracyTable, percent } from './support/fixture-pool';
import { expect, test } from './support/test';

interface Column {
  readonly average: number;
  readonly tasks: Readonly<Record<string, { readonly accuracy: number }>>;
}
const results = JSON.parse(
  readFileSync(new URL('../public/demo/results.json', import.meta.url), 'utf8'),
) as {
  readonly experts: readonly string[];
  readonly experts_on_their_own_task: number;
  readonly models: Readonly<Record<string, Column>>;
  readonly task_arithmetic: Readonly<Record<string, Column>>;
};

test('the demo is there at first start, scores as its card says, moves, hides and comes back', async ({
  page,
}) => {
  test.slow();
  await page.goto('/#lambda=0.8');
  const done = page.getByRole('status').filter({ hasText: /^Scored (\d+) of \1 images$/ });
  await expect(done).toBeVisible({ timeout: 240_000 });
  const manifest = JSON.parse(
    readFileSync(new URL('../public/demo/manifest.json', import.meta.url), 'utf8'),
  ) as { sentence: string };
  await expect(page.getByText(manifest.sentence)).toBeVisible();

  for (const task of results.experts) {
    expect(await accuracies(page, task)).toEqual({
      Pretrained: percent(results.models._pretrained_?.tasks[task]?.accuracy),
      Merged: percent(results.task_arithmetic['0.8']?.tasks[task]?.accuracy),
      Expert: percent(results.models[task]?.tasks[task]?.accuracy),
    });
  }
  expect(await accuracies(page, 'Average')).toEqual({
    Pretrained: percent(results.models._pretrained_?.average),
    Merged: percent(results.task_arithmetic['0.8']?.average),
    Expert: percent(results.experts_on_their_own_task),
  });

  const slider = page.getByRole('slider', { name: 'Scaling factor' });
  await slider.fill('0.3');
  await expect(accuracyTable(page)).toHaveAttribute('aria-busy', 'true');
  await expect(accuracyTable(page)).toHaveAttribute('aria-busy', 'false', { timeout: 120_000 });
  const moved = results.task_arithmetic['0.3'];
  expect((await accuracies(page, 'Average')).Merged).toBe(percent(moved?.average));

  await page.getByRole('button', { name: 'Hide the demo' }).click();
  await expect(page.getByRole('button', { name: 'Show the demo' })).toBeVisible();
  await expect(page.getByText('_pretrained_')).toHaveCount(0);
  await page.reload();
  await page.getByRole('button', { name: 'Show the demo' }).click();
  await expect(page.getByText('_pretrained_').first()).toBeVisible();
});
