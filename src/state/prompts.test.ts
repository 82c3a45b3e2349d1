import { describe, expect, it } from 'vitest';
import { checkPrompts, fillTemplate, toLines } from './prompts';

const templates = ['a photo of a {}'];

describe('checkPrompts', () => {
  it('finds nothing wrong with as many names as classes and a template', () => {
    expect(checkPrompts({ classnames: ['cat', 'dog'], templates: ['{c}, a pet'] }, 2)).toEqual({
      classnames: null,
      templates: null,
    });
  });

  it('says how many names are there and how many are needed', () => {
    const { classnames } = checkPrompts({ classnames: ['cat'], templates }, 2);
    expect(classnames).toMatchInlineSnapshot(
      `"This task has 2 classes, the list has 1 names: one line for each class, in label order."`,
    );
  });

  it('names what stands there twice', () => {
    const { classnames } = checkPrompts({ classnames: ['cat', 'cat'], templates }, 2);
    expect(classnames).toMatchInlineSnapshot(
      `"“cat” stands in the list twice: the text tower could not tell the two classes apart."`,
    );
  });

  it('names the template without a place for the class name', () => {
    const found = checkPrompts({ classnames: ['cat'], templates: [...templates, 'a photo'] }, 1);
    expect(found.templates).toMatchInlineSnapshot(
      `"Template 2, “a photo”, has no {} for the class name."`,
    );
  });

  it('asks for a template where there is none', () => {
    expect(checkPrompts({ classnames: ['cat'], templates: [] }, 1).templates).toMatch(
      /at least one/i,
    );
  });
});

describe('prompt text', () => {
  it('is one prompt for each line that says something', () => {
    expect(toLines(' cat \r\n\n dog')).toEqual(['cat', 'dog']);
  });

  it('is filled in at every placeholder', () => {
    expect(fillTemplate('{} and {c}', 'cat')).toBe('cat and cat');
  });
});
