import { readFileSync } from 'node:fs';

/** Of this package, and so of all of ours: they share one. */
export function ownVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
