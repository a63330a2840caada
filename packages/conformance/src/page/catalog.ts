/** What the catalog says that we do with a rule of OTP. */
export type Plan = 'full' | 'adapted' | 'not_applicable';

/** One rule of OTP. */
export interface Entry {
  /** Such as `SUP-014`. */
  readonly id: string;
  readonly area: string;
  readonly title: string;
  readonly plan: Plan;
  /** How it is adapted, or why it is left out; may be empty. */
  readonly note: string;
  /** Whether the recordings of the oracle cover it. */
  readonly isRecorded: boolean;
}

export interface Area {
  /** Such as `SUP`. */
  readonly key: string;
  /** Such as `Supervisor`. */
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** Of an id, area and number. */
export const ID = /\b[A-Z]{2,5}-\d{3}\b/g;

const AREA = /^## ([A-Z]{2,5}) (.+)$/;
const ENTRY = /^### (([A-Z]{2,5})-\d{3}) (.+)$/;

/** Reads CATALOG.md. Throws an Error that names the entry when one is not as its head says it should be. */
export function readCatalog(text: string): readonly Area[] {
  const sections = text.split(/^(?=##? |### )/m);
  const entries = sections.flatMap((section) => entryOf(section));
  const ids = new Set<string>();
  for (const { id } of entries) {
    if (ids.has(id)) throw new Error(`The catalog has two entries ${id}.`);
    ids.add(id);
  }
  return sections.flatMap((section) => {
    const [, key = '', title = ''] = AREA.exec(firstLine(section)) ?? [];
    return key === '' ? [] : [{ key, title, entries: entries.filter(({ area }) => area === key) }];
  });
}

function entryOf(section: string): readonly Entry[] {
  const [, id = '', area = '', title = ''] = ENTRY.exec(firstLine(section)) ?? [];
  if (id === '') return [];
  const [node, source] = [lineOf(section, 'Node'), lineOf(section, 'Source')];
  if (node === undefined || source === undefined) throw new Error(`${id} has no line "Node" or "Source".`);
  return [{ id, area, title, plan: planOf(node), note: noteOf(node), isRecorded: /\boracle\b/.test(source) }];
}

function planOf(node: string): Plan {
  if (node.startsWith('not applicable')) return 'not_applicable';
  return node.startsWith('adapted') ? 'adapted' : 'full';
}

/** What follows the plan: `adapted: a monotonic clock` → `a monotonic clock`. */
function noteOf(node: string): string {
  return node
    .replace(/^(?:full|adapted|not applicable)\b[:;,]?\s*/, '')
    .replace(/^\((.*)\)$/, '$1')
    .trim();
}

function lineOf(section: string, name: string): string | undefined {
  return new RegExp(`^[-*] \\*\\*${name}\\*\\* (.+)$`, 'm').exec(section)?.[1]?.trim();
}

function firstLine(section: string): string {
  return section.split('\n', 1)[0] ?? '';
}
