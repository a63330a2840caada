import { describe, expect, test } from '@jest/globals';
import { readCatalog } from '../../src/page/catalog.js';

function catalog(node: string, source = 'RUN'): string {
  return `# Catalog\n\n## Words\n\ntext\n\n## ABC Letters and more\n\n### ABC-001 The first\n\n- **Given** x\n- **Source** ${source}\n- **Node** ${node}\n`;
}

test('an entry has its area, its title, and what we do with it', () => {
  expect(readCatalog(catalog('adapted: with a clock'))).toEqual([
    {
      key: 'ABC',
      title: 'Letters and more',
      entries: [
        { id: 'ABC-001', area: 'ABC', title: 'The first', plan: 'adapted', note: 'with a clock', isRecorded: false },
      ],
    },
  ]);
});

test.each([
  ['full', 'full', ''],
  ['full (one global order)', 'full', 'one global order'],
  ['full for an idle one; adapted for a busy one', 'full', 'for an idle one; adapted for a busy one'],
  ['adapted: so', 'adapted', 'so'],
  ['adapted (so)', 'adapted', 'so'],
  ['not applicable: one process', 'not_applicable', 'one process'],
  ['not applicable; accept and ignore', 'not_applicable', 'accept and ignore'],
])('Node "%s"', (node, plan, note) => {
  expect(readCatalog(catalog(node))[0]?.entries[0]).toMatchObject({ plan, note });
});

test.each([
  ['oracle', true],
  ['RUN; oracle (batch)', true],
  ['the oracles of old', false],
])('source "%s": covered by the recordings: %p', (source, isRecorded) => {
  expect(readCatalog(catalog('full', source))[0]?.entries[0]?.isRecorded).toBe(isRecorded);
});

describe('is refused', () => {
  test('two entries with one id', () => {
    const text = catalog('full');
    expect(() => readCatalog(text + text)).toThrow('two entries ABC-001');
  });

  test('an entry that does not say what we do', () => {
    expect(() => readCatalog(catalog('full').replace('**Node**', '**None**'))).toThrow('ABC-001 has no line "Node"');
  });
});
