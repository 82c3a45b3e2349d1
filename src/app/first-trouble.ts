/**
 * The very first of the page's program: an error before React has drawn anything is written where the page would be.
 * It stands on nothing else, and must be imported before everything else.
 */
const drawn = () => document.querySelector('#root > :not(.boot)') !== null;

function show(what: unknown): void {
  const place = document.querySelector('.boot');
  if (place === null || drawn()) return;
  const text = what instanceof Error ? `${what.name}: ${what.message}` : String(what);
  const line = (tag: 'p' | 'pre', words: string) => {
    const element = document.createElement(tag);
    element.textContent = words;
    return element;
  };
  place.classList.add('failed');
  place.replaceChildren(
    line('p', 'Task Arithmetic Studio could not start: this browser stopped its program.'),
    line('pre', `${text}\n${navigator.userAgent}`),
    line(
      'p',
      'Reload the page; if that does not help, try a current Chrome, Edge, Firefox or Safari.',
    ),
  );
}

addEventListener('error', (event) => show(event.error ?? event.message));
addEventListener('unhandledrejection', (event) => show(event.reason));
