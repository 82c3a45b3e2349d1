// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from 'vitest';
import { aModel, aSnapshot, aTask } from '../../state/testing';
import { type Drawn, draw, polyfillDialog } from '../testing';
import { TaskPool } from './task-pool';

const snapshot = aSnapshot({ tasks: [aTask()] });

async function openEditor(drawn: Drawn) {
  await drawn.click(drawn.find('.row-toggle'));
  await drawn.click(drawn.button('Edit classes and prompts'));
  const [classes, templates] = document.querySelectorAll('textarea');
  if (!classes || !templates) throw new Error('The editor has no two fields.');
  return { classes, templates, save: drawn.button('Save and score again') };
}

const edits = (drawn: Drawn) => drawn.engine.calls.filter(([name]) => name === 'editTask');

describe('the region "Task pool"', () => {
  beforeEach(polyfillDialog);

  it('has the inputs that people and tests find by name', async () => {
    const { container } = await draw(<TaskPool />);
    expect([...container.querySelectorAll('label')].map((label) => label.textContent)).toEqual([
      'Add task images',
      'Add task folder',
    ]);
  });

  it('says how large a task is and which expert is its own', async () => {
    const drawn = await draw(<TaskPool />, snapshot);
    expect(drawn.find('.row-meta').textContent).toBe('400 images · 2 classes');
    await drawn.click(drawn.find('.row-toggle'));
    expect(drawn.find('.facts').textContent).toContain('Own expertfashion');
  });

  it('says which data set of the Hub a task comes from, where it comes from one', async () => {
    const source = 'org/d@c0ffee0123456789c0ffee0123456789c0ffee01/data/test.parquet';
    const drawn = await draw(<TaskPool />, aSnapshot({ tasks: [aTask({ source })] }));
    await drawn.click(drawn.find('.row-toggle'));
    expect(drawn.find('.facts').textContent).toContain(`Origin${source}`);
    const other = await draw(<TaskPool />, snapshot);
    await other.click(other.find('.row-toggle'));
    expect(other.find('.facts').textContent).not.toContain('Origin');
  });

  it('lets the own expert be chosen, where its name finds none or another', async () => {
    const models = [
      aModel({ id: 'base', name: '_pretrained_', role: 'base' }),
      aModel({ id: 'a', name: 'old_fashion' }),
      aModel({ id: 'b', name: 'new_fashion' }),
    ];
    const pool = { models, findings: [], mergeable: true };
    const tied = aTask({ expert: null });
    const drawn = await draw(<TaskPool />, aSnapshot({ pool, tasks: [tied] }));
    await drawn.click(drawn.find('.row-toggle'));
    const facts = () => drawn.find('.facts').textContent;
    expect(facts()).toContain('more than one does: choose the one that is meant.');
    const select = drawn.find<HTMLSelectElement>('[aria-label="Own expert of fashion"]');
    expect([...select.options].map(({ text }) => text)).toEqual([
      'found by the name',
      'old_fashion',
      'new_fashion',
    ]);
    const chosen = { ...tied, expert: 'new_fashion', chosenExpert: 'b' };
    await drawn.push(aSnapshot({ pool, tasks: [chosen] }));
    expect(select.value).toBe('b');
    expect(facts()).not.toContain('choose the one');
    await drawn.push(aSnapshot({ pool, tasks: [{ ...chosen, expert: null }] }));
    expect(facts()).toContain('does not fit the base');
    // One that is gone is chosen no more.
    await drawn.push(aSnapshot({ pool, tasks: [{ ...tied, chosenExpert: 'gone' }] }));
    expect(select.value).toBe('');
  });

  it('saves class names and templates, one of each line', async () => {
    const drawn = await draw(<TaskPool />, snapshot);
    const { classes, templates, save } = await openEditor(drawn);
    await drawn.type(classes, 'gown\ncoat\n');
    await drawn.type(templates, 'a {c}\na photo of a {}');
    expect(drawn.find('.prompts-example').textContent).toBe('The text tower reads “a gown”.');
    await drawn.click(save);
    expect(edits(drawn)).toEqual([
      [
        'editTask',
        {
          type: 'setPrompts',
          id: 'task-1',
          classnames: ['gown', 'coat'],
          templates: ['a {c}', 'a photo of a {}'],
        },
      ],
    ]);
    expect(document.querySelector('dialog')).toBeNull();
  });

  it('does not save what does not fit, and says why', async () => {
    const drawn = await draw(<TaskPool />, snapshot);
    const { classes, save } = await openEditor(drawn);
    await drawn.type(classes, 'gown');
    expect(save.disabled).toBe(true);
    expect(drawn.find('.field-problem').textContent).toContain('the list has 1 names');
    await drawn.click(save);
    expect(edits(drawn)).toEqual([]);
  });

  it('keeps the editor open when the engine refuses', async () => {
    const drawn = await draw(<TaskPool />, snapshot);
    drawn.engine.answer('editTask', () => Promise.reject(new Error('No.')));
    const { save } = await openEditor(drawn);
    await drawn.click(save);
    expect(document.querySelector('dialog')).not.toBeNull();
    expect(drawn.studio.store.getState().notices).toHaveLength(1);
  });
});
