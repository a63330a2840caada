import type { Difference } from './compare.js';

/** Wider lines are cut: two columns have to fit on a screen. */
const MAX_COLUMN = 70;

/** Two columns; lines that differ are marked with `≠`. */
export function sideBySide({ where, expected, got }: Difference): string {
  const rows = [['OTP', 'here'], ...aligned(expected, got)] as const;
  const width = Math.min(MAX_COLUMN, Math.max(...rows.map(([left]) => left?.length ?? 0)));
  const lines = rows.map(([left, right], index) => {
    const mark = index > 0 && left !== right ? '≠' : ' ';
    return `  ${mark} ${cut(left ?? '').padEnd(width)} │ ${cut(right ?? '')}`.trimEnd();
  });
  return [`  at ${where}`, ...lines].join('\n');
}

type Row = readonly [left: string | undefined, right: string | undefined];

/** Lines that both have stand next to each other. */
function aligned(left: readonly string[], right: readonly string[]): readonly Row[] {
  const rows: Row[] = [];
  let from = 0;
  for (const line of left) {
    const at = right.indexOf(line, from);
    if (at < 0) rows.push([line, undefined]);
    else {
      rows.push(...right.slice(from, at).map((extra): Row => [undefined, extra]), [line, line]);
      from = at + 1;
    }
  }
  return [...rows, ...right.slice(from).map((extra): Row => [undefined, extra])];
}

function cut(line: string): string {
  return line.length > MAX_COLUMN ? `${line.slice(0, MAX_COLUMN - 1)}…` : line;
}
