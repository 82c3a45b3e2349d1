/** What a worker says once it listens: WebKit loses messages that come while a worker's modules are loading. */
export const READY = 'ready';
