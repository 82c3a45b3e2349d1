/**
 * The server of the browser tests: the program's own, with the built page at `/` and the test pages at `/pages/`. Its policy
 * is the program's, and also tells the server of every violation, workers included: `GET /policy-reports` hands
 * them over and forgets them.
 */
import { parseArgs } from 'node:util';
import { headerPolicy, securityHeaders } from '../../scripts/security.mjs';
import { serve } from '../../scripts/serve.mjs';

const reportsPath = '/policy-reports';

/** @type {string[]} */
const reports = [];

/** @type {import('node:http').RequestListener} */
function answerReports(request, response) {
  if (request.method === 'GET') {
    // A connection that is kept could be closed for its age just when the next test asks over it.
    response.writeHead(200, { 'Content-Type': 'application/json', Connection: 'close' });
    response.end(JSON.stringify(reports.splice(0)));
    return;
  }
  /** @type {Buffer[]} */
  const body = [];
  request.on('data', (chunk) => body.push(chunk));
  request.on('end', () => {
    reports.push(Buffer.concat(body).toString());
    response.writeHead(204).end();
  });
}

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const { url } = await serve({
  root: 'dist',
  mounts: { '/pages/': 'dist-e2e', [reportsPath]: answerReports },
  port: Number(values.port),
  headers: {
    ...securityHeaders,
    'Content-Security-Policy': `${headerPolicy}; report-uri ${reportsPath}`,
  },
});
console.log(url);
