import { stringify } from 'csv-stringify/sync';
import type { Standing } from '../store/records.js';
import { standingsChart } from './standings-chart.js';
import type { Day } from './report-day.js';

/** What a report tells of a day. */
export interface DailyFigures {
  readonly day: Day;
  /** Games that ended on it. */
  readonly games: number;
  /** Best first. */
  readonly standings: readonly Standing[];
}

/** The same twice: for programs and for people. */
export interface DailyReport {
  readonly csv: string;
  readonly html: string;
}

const COLUMNS = ['place', 'player', 'played', 'won', 'drawn', 'lost', 'points'] as const;
type Row = Readonly<Record<(typeof COLUMNS)[number], string | number>>;

export function dailyReport(figures: DailyFigures): DailyReport {
  const rows = figures.standings.map(({ name, played, won, drawn, lost, points }, index): Row => ({
    place: index + 1,
    player: name,
    played,
    won,
    drawn,
    lost,
    points,
  }));
  return { csv: csvOf(rows), html: htmlOf(figures, rows) };
}

/** A name may begin with `=`: with `escape_formulas` no spreadsheet takes it for a formula. */
function csvOf(rows: readonly Row[]): string {
  return stringify([...rows], { header: true, columns: [...COLUMNS], escape_formulas: true });
}

function htmlOf({ day, games, standings }: DailyFigures, rows: readonly Row[]): string {
  const cells = (row: Row): string => COLUMNS.map((column) => `<td>${escapeHtml(String(row[column]))}</td>`).join('');
  const table = [
    `<table><thead><tr>${COLUMNS.map((column) => `<th scope="col">${column}</th>`).join('')}</tr></thead><tbody>`,
    ...rows.map((row) => `<tr>${cells(row)}</tr>`),
    '</tbody></table>',
  ].join('\n');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Connect Four: standings of ${day}</title>
<style>${STYLE}</style>
<h1>Standings of ${day}</h1>
<p>${games} ${games === 1 ? 'game' : 'games'} ended on this day (UTC). Three points for a win, one for a draw.</p>
${standings.length === 0 ? '<p>Nobody finished a game.</p>' : `<figure>${standingsChart(standings)}</figure>\n${table}`}
</html>
`;
}

const STYLE = [
  'body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#1d2733;background:#fff}',
  'figure{margin:1.5rem 0;overflow-x:auto}',
  'svg{max-width:100%;height:auto}',
  'table{border-collapse:collapse;width:100%}',
  'th,td{padding:.35rem .6rem;text-align:right;border-bottom:1px solid #d9e0e7}',
  'th:nth-child(2),td:nth-child(2){text-align:left}',
].join('');

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
