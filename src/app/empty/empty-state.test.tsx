// @vitest-environment jsdom
import { expect, it } from 'vitest';
import { EditionContext } from '../edition';
import { draw } from '../testing';
import { EmptyState } from './empty-state';

it('promises what the page keeps, in each edition, as one sentence', async () => {
  const { container } = await draw(<EmptyState />);
  expect(container.textContent).toContain(
    'download what you see: nothing ever leaves this machine.',
  );
  const edition = { sentence: '', talksTo: '', AddModels: () => null };
  const other = await draw(
    <EditionContext value={edition}>
      <EmptyState />
    </EditionContext>,
  );
  expect(other.container.textContent).toContain(
    'download what you see: your files never leave this machine.',
  );
});
