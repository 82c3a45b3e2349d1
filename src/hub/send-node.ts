/** How the command line asks: redirects are followed here, where each can be looked at. */
import { DownloadError } from '../errors';
import { version } from '../version';
import type { Send, Unanswered } from './session';

const MOST_REDIRECTS = 5;

/**
 * One request with its redirects. The token is for the Hub: where a redirect leads elsewhere it stays behind.
 * @throws DownloadError for redirects that are not followed, and the signal's reason
 */
export const sendFromNode: Send = async (
  { access: { endpoint, token }, signal },
  first,
  headers,
) => {
  const home = new URL(endpoint).origin;
  let address = first;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const answer = await fetch(address, {
      headers: {
        ...headers,
        'user-agent': `task-arithmetic-studio/${version}`,
        ...(token && address.origin === home && { authorization: `Bearer ${token.value}` }),
      },
      redirect: 'manual',
      signal,
    }).catch((cause: unknown): Unanswered => ({ address, cause }));
    signal.throwIfAborted();
    if (!(answer instanceof Response)) return answer;
    const location = answer.status >= 300 && answer.status < 400 && answer.headers.get('location');
    if (!location) return answer;
    await answer.body?.cancel();
    const next = URL.canParse(location, address.href) ? new URL(location, address) : undefined;
    // Nobody is led from a safe line to one that others can read.
    if (next?.protocol !== 'https:' && next?.protocol !== first.protocol) {
      throw new DownloadError(
        `${address.host} leads on to ${next?.origin ?? 'no address'}, which is not followed.`,
      );
    }
    address = next;
  }
  throw new DownloadError(`${first.host} leads on to other addresses without an end.`);
};
