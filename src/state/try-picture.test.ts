import { describe, expect, it } from 'vitest';
import { EMPTY_DRAFT, questionOf, toNames, typedProblem } from './try-picture';

const picture = { name: 'cat.png', blob: new Blob(['cat']) };
const typed = { ...EMPTY_DRAFT, picture, names: 'cat, dog' };

describe('typed classes', () => {
  it('stand between commas or on lines', () => {
    expect(toNames(' cat, dog\r\nguinea pig,\n\n')).toEqual(['cat', 'dog', 'guinea pig']);
  });

  it('are two or more, each once, with a place in the template', () => {
    expect(typedProblem(typed)).toBeNull();
    expect(typedProblem({ ...typed, names: 'cat' })).toMatch(/^Two class names or more/);
    expect(typedProblem({ ...typed, names: 'cat, dog, cat' })).toMatch(/^“cat” stands .* twice/);
    expect(typedProblem({ ...typed, template: 'a photo' })).toMatch(/has no \{\}/);
  });
});

describe('the question', () => {
  it('is none without a picture, or without classes', () => {
    expect(questionOf({ ...typed, picture: null })).toBeNull();
    expect(questionOf({ ...typed, names: '' })).toBeNull();
  });

  it('is of a task’s classes or of typed ones', () => {
    expect(questionOf({ ...typed, taskId: 't', expert: 'e' })).toEqual({
      ...picture,
      classes: { kind: 'task', taskId: 't' },
      expert: 'e',
    });
    expect(questionOf(typed)).toEqual({
      ...picture,
      classes: {
        kind: 'typed',
        classnames: ['cat', 'dog'],
        templates: ['a photo of a {}'],
      },
      expert: null,
    });
  });
});
