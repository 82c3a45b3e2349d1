/** Who is asked in a download, and what each of them learns by it. */

const HUB = 'huggingface.co';

export interface AskedHost {
  readonly host: string;
  readonly learns: string;
}

/** @param endpoint - the Hub's address, or a mirror's */
export function hostsOf(endpoint: string): AskedHost[] {
  const { host } = new URL(endpoint);
  const asked = {
    host,
    learns:
      'the repositories, commits and files by name, your IP address, what every request says of a browser, and the token if you typed one.',
  };
  if (host !== HUB) return [asked];
  return [
    asked,
    {
      host: 'hosts below hf.co',
      learns:
        'where large files lie: which file, your IP address and what every request says of a browser; not the token.',
    },
  ];
}
