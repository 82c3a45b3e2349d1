/**
 * Class names and prompt templates as text, one per line, the way the editor shows them and people keep them in files.
 */

/** Placeholders for the class name: ours, and FusionBench's own spelling. */
const PLACEHOLDERS = ['{}', '{c}'];

export interface Prompts {
  readonly classnames: readonly string[];
  readonly templates: readonly string[];
}

export interface PromptProblems {
  readonly classnames: string | null;
  readonly templates: string | null;
}

/** Lines without surrounding blanks; empty lines are dropped. */
export function toLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** What keeps these lines from being used, in sentences; `null` where nothing does. */
export function checkPrompts(prompts: Prompts, classes: number): PromptProblems {
  return {
    classnames: checkClassnames(prompts.classnames, classes),
    templates: checkTemplates(prompts.templates),
  };
}

/** The first template, filled with this class name. */
export function fillTemplate(template: string, classname: string): string {
  return PLACEHOLDERS.reduce((text, mark) => text.replaceAll(mark, classname), template);
}

function checkClassnames(names: readonly string[], classes: number): string | null {
  if (names.length !== classes) {
    return `This task has ${classes} classes, the list has ${names.length} names: one line for each class, in label order.`;
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined
    ? null
    : `“${twice}” stands in the list twice: the text tower could not tell the two classes apart.`;
}

/** What keeps these templates from being used, in a sentence; `null` where nothing does. */
export function checkTemplates(templates: readonly string[]): string | null {
  if (templates.length === 0)
    return 'At least one template is needed, for example: a photo of a {}';
  const index = templates.findIndex((text) => !PLACEHOLDERS.some((mark) => text.includes(mark)));
  return index < 0
    ? null
    : `Template ${index + 1}, “${templates[index]}”, has no {} for the class name.`;
}
