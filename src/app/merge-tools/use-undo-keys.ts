import { useEffect } from 'react';
import { useCommands } from '../context';

/** Ctrl+Z and Ctrl+Shift+Z (Cmd on a Mac; Ctrl+Y as well), wherever the focus is but where a text is being written. */
export function useUndoKeys(): void {
  const { undo, redo } = useCommands();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const way = wayOf(event);
      if (way === null || event.defaultPrevented || writes(event.target)) return;
      // What a dialog is about is not the merge behind it.
      if (document.querySelector('dialog[open]') !== null) return;
      event.preventDefault();
      void (way === 'undo' ? undo() : redo());
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [undo, redo]);
}

function wayOf({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): 'undo' | 'redo' | null {
  if (altKey || ctrlKey === metaKey) return null;
  const letter = key.toLowerCase();
  if (letter === 'z') return shiftKey ? 'redo' : 'undo';
  return letter === 'y' && ctrlKey && !shiftKey ? 'redo' : null;
}

/** Inputs that nothing is written into: there the browser has nothing of its own to undo. */
const UNWRITTEN = new Set(['range', 'checkbox', 'radio', 'file', 'button', 'submit']);

function writes(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !UNWRITTEN.has(target.type);
  return target instanceof HTMLTextAreaElement || target.isContentEditable;
}
