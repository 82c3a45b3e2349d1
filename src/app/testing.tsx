/** For tests of panels: draws them into a document with a studio on a fake engine. */
import { act, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { createStudio, type Studio, type StudioCommands } from '../state/store';
import { aSnapshot, bareDependencies, createFakeEngine, type FakeEngine } from '../state/testing';
import type { ExportedFile, StudioState } from '../state/types';
import { StudioContext } from './context';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

export interface Drawn {
  readonly container: HTMLElement;
  readonly engine: FakeEngine;
  readonly studio: Studio;
  /** Files that were handed to the browser's downloads. */
  readonly saved: readonly ExportedFile[];
  /** The one element that matches; throws where there is none. */
  find<E extends Element = HTMLElement>(selector: string): E;
  /** The button of this name (text or `aria-label`), wherever in the document. */
  button(name: string): HTMLButtonElement;
  /** Pushes a snapshot and draws it. */
  push(snapshot: StudioState): Promise<void>;
  /** Types a text over a field's own, as a user does. */
  type(field: HTMLInputElement | HTMLTextAreaElement, text: string): Promise<void>;
  click(element: HTMLElement): Promise<void>;
  /** Chooses an option of the select in this label. */
  choose(label: string, value: string): Promise<void>;
  /** Moves the focus into a field and out of it again. */
  leave(field: HTMLElement): Promise<void>;
  /** Gives a command that comes from elsewhere on the page. */
  run(command: (commands: StudioCommands) => unknown): Promise<void>;
  /** Takes the panel from the page. */
  unmount(): void;
}

/** Draws a panel; its studio's frames come at once, and it is connected. */
export async function draw(panel: ReactNode, first: StudioState = aSnapshot()): Promise<Drawn> {
  const engine = createFakeEngine(first);
  const saved: ExportedFile[] = [];
  const studio = createStudio({
    ...bareDependencies(engine.open),
    address: { read: () => null, write: () => undefined, wantsDemo: () => true },
    save: (file) => saved.push(file),
  });
  await studio.commands.start();
  const container = document.createElement('div');
  document.body.replaceChildren(container);
  const root = createRoot(container);
  await act(async () => root.render(<StudioContext value={studio}>{panel}</StudioContext>));
  return {
    container,
    engine,
    studio,
    saved,
    find: (selector) => found(document.querySelector(selector), selector),
    button: (name) => {
      const buttons = [...document.querySelectorAll('button')];
      return found(buttons.find((button) => nameOf(button) === name) ?? null, `button "${name}"`);
    },
    push: (snapshot) => act(async () => engine.push(snapshot)),
    type: (field, text) =>
      act(async () => {
        // React overrides the setter of the element itself; the prototype's is what typing uses.
        const setter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value')?.set;
        setter?.call(field, text);
        field.dispatchEvent(new Event('input', { bubbles: true }));
      }),
    click: (element) => act(async () => element.click()),
    choose: (label, value) =>
      act(async () => {
        const labels = [...document.querySelectorAll('label')];
        const named = labels.find((each) => each.querySelector('span')?.textContent === label);
        const select = found<HTMLSelectElement>(
          named?.querySelector('select') ?? null,
          `select "${label}"`,
        );
        select.value = value;
        select.dispatchEvent(new Event('change', { bubbles: true }));
      }),
    leave: (field) =>
      act(async () => {
        field.focus();
        field.blur();
      }),
    run: (command) => act(async () => void command(studio.commands)),
    unmount: () => root.unmount(),
  };
}

/** jsdom has `<dialog>` without its methods: the open state is what tests look at. */
export function polyfillDialog(): void {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };
}

function found<E extends Element>(element: Element | null, what: string): E {
  if (element === null) throw new Error(`Nothing on the page matches ${what}.`);
  return element as E;
}

function nameOf(button: HTMLButtonElement): string | undefined {
  return button.getAttribute('aria-label') ?? button.textContent?.trim();
}
