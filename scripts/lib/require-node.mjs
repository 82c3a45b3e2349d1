/** Imported first by every command: stops with a sentence where Node is too old, before anything newer is loaded. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

// What Vite and jsdom support; 21 and 23 were short-lived and are outside of one or the other.
const supported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24;
if (!supported) {
  console.error(
    `Task Arithmetic Studio needs Node.js 20.19 or newer (20.19+, 22.12+ or 24+); this is ${process.versions.node}. ` +
      'Install a current release from https://nodejs.org and try again.',
  );
  process.exit(1);
}
