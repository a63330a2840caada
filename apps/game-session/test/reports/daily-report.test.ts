import { describe, expect, test } from '@jest/globals';
import { dailyReport } from '../../src/reports/daily-report.js';
import type { Standing } from '../../src/store/records.js';

const ada = standing('Ada', { played: 3, won: 2, drawn: 1, lost: 0, points: 7 });
const bob = standing('Bob', { played: 3, won: 0, drawn: 1, lost: 2, points: 1 });

describe('the report of a day', () => {
  test('is a table for programs', () => {
    expect(dailyReport({ day: '2026-11-22', games: 3, standings: [ada, bob] }).csv).toBe(
      'place,player,played,won,drawn,lost,points\n1,Ada,3,2,1,0,7\n2,Bob,3,0,1,2,1\n',
    );
  });

  test('is a page with a chart for people', () => {
    const { html } = dailyReport({ day: '2026-11-22', games: 3, standings: [ada, bob] });

    expect(html).toContain('<h1>Standings of 2026-11-22</h1>');
    expect(html).toContain('3 games ended on this day');
    expect(html).toContain('<td>Ada</td>');
    expect(html).toMatch(/<svg [^]*Ada[^]*<\/svg>/);
  });

  test('draws the best ten, and lists all', () => {
    const many = Array.from({ length: 12 }, (_, index) => standing(`player ${index}`, { points: 12 - index }));

    const { html } = dailyReport({ day: '2026-11-22', games: 12, standings: many });

    const [chart = ''] = /<svg [^]*<\/svg>/.exec(html) ?? [];
    expect(chart).toContain('player 9');
    expect(chart).not.toContain('player 10');
    expect(html).toContain('<td>player 11</td>');
  });

  test('of a day without games says so', () => {
    const { html, csv } = dailyReport({ day: '2026-11-22', games: 0, standings: [] });

    expect(html).toContain('Nobody finished a game.');
    expect(csv).toBe('place,player,played,won,drawn,lost,points\n');
  });

  test.each(['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'"])(
    'shows a name as it is, and runs nothing of it: %s',
    (name) => {
      const { html } = dailyReport({ day: '2026-11-22', games: 1, standings: [standing(name, { points: 3 })] });

      expect(html).not.toContain(name === "'" ? "<td>'</td>" : name);
    },
  );

  test.each(['=1+1', '+1', '-1', '@SUM(A1)'])('keeps spreadsheets from taking a name for a formula: %s', (name) => {
    const { csv } = dailyReport({ day: '2026-11-22', games: 1, standings: [standing(name, {})] });

    expect(csv).toContain(`'${name}`);
  });

  test('keeps a name with a comma, a quote or a new line in one field', () => {
    const { csv } = dailyReport({ day: '2026-11-22', games: 1, standings: [standing('a,"b"\nc', {})] });

    expect(csv).toContain('1,"a,""b""\nc",');
  });
});

function standing(name: string, figures: Partial<Standing>): Standing {
  return { playerId: name, name, played: 1, won: 1, drawn: 0, lost: 0, points: 3, ...figures };
}
