/** @import { Failure, Result, Unfinished } from './rounds.mjs' */
/** @import { Case, Growth, Suite } from './suite.mjs' */

/** @typedef {{ readonly results: readonly Result[], readonly unfinished: readonly Unfinished[], readonly failures: readonly Failure[] }} Report */

/** What a peer is that is worse, or better, than ours. */
const words = {
  more: ['slower', 'faster'],
  less: ['slower', 'faster'],
  smaller: ['larger', 'smaller'],
};

const heads = ['case', 'unit', 'subject', 'median', 'min', 'max', 'next to rookery'];

/**
 * One suite as Markdown: a row for each case and subject, then the growths and the notes.
 * @param {Suite<any>} suite
 * @param {Report} report
 * @param {(subject: string) => string} titleOf
 */
export function formatSuite(suite, report, titleOf) {
  const rows = suite.cases.flatMap((each) => caseRows(suite.name, each, report, titleOf));
  const growths = suite.growths.flatMap((growth) => growthLines(suite.name, growth, report, titleOf));
  return [
    ...grid([heads, ...rows]),
    '',
    ...[...growths, ...noteLines(suite), ...failureLines(suite.name, report)].map((line) => `- ${line}`),
  ].join('\n');
}

/**
 * How a peer's figure compares with ours: `1.00x` for ours, else how many times faster or slower.
 * @param {Case<unknown>['better']} better
 * @param {number} ours
 * @param {number} theirs
 */
export function compare(better, ours, theirs) {
  const worse = better === 'more' ? ours / theirs : theirs / ours;
  const [isWorse, isBetter] = words[better];
  if (worse === 1) return '1.00x';
  return worse > 1 ? `${formatRatio(worse)} ${isWorse}` : `${formatRatio(1 / worse)} ${isBetter}`;
}

/** Digits behind the point only where there are few before it. @param {number} value */
export function formatFigure(value) {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** @param {number} ratio */
function formatRatio(ratio) {
  return `${ratio.toFixed(ratio < 10 ? 2 : ratio < 100 ? 1 : 0)}x`;
}

/**
 * @param {string} suite
 * @param {Case<unknown>} each
 * @param {Report} report
 * @param {(subject: string) => string} titleOf
 */
function caseRows(suite, { name, unit, better, subjects }, { results, unfinished }, titleOf) {
  const find = (subject) => results.find((row) => row.suite === suite && row.case === name && row.subject === subject);
  const ours = find(subjects[0]);
  return subjects.map((subject, index) => {
    const labels = index === 0 ? [name, unit, titleOf(subject)] : ['', '', titleOf(subject)];
    const row = find(subject);
    if (row !== undefined) {
      const ratio = ours === undefined ? '' : compare(better, ours.median, row.median);
      return [...labels, formatFigure(row.median), formatFigure(row.min), formatFigure(row.max), ratio];
    }
    const late = unfinished.find((one) => one.suite === suite && one.case === name && one.subject === subject);
    return [...labels, '', '', '', late === undefined ? 'not run' : `not finished in ${late.limitMs / 1000} s`];
  });
}

/**
 * @param {string} suite
 * @param {Growth} growth
 * @param {Report} report
 * @param {(subject: string) => string} titleOf
 */
function growthLines(suite, { from, to, meaning }, { results }, titleOf) {
  const of = (name) => results.filter((row) => row.suite === suite && row.case === name);
  const ratios = of(to).flatMap(({ subject, median }) => {
    const base = of(from).find((row) => row.subject === subject);
    return base === undefined ? [] : [`${titleOf(subject)} ${formatRatio(median / base.median)}`];
  });
  return ratios.length === 0 ? [] : [`${to} / ${from}, ${meaning}: ${ratios.join(', ')}`];
}

/** @param {string} suite @param {Report} report */
function failureLines(suite, { failures }) {
  const ofSuite = failures.filter((failure) => failure.suite === suite);
  return ofSuite.map(({ round, error }) => `No figure of round ${round}: ${error}`);
}

/** Each note once, with the cases that it is about. @param {Suite<any>} suite */
function noteLines({ cases }) {
  const notes = new Set(cases.flatMap((each) => each.notes));
  return [...notes].map((note) => {
    const about = cases.filter((each) => each.notes.includes(note)).map(({ name }) => name);
    return `${about.join(', ')}: ${note}`;
  });
}

/** Columns of equal width, the figures to the right. @param {readonly (readonly string[])[]} rows */
function grid(rows) {
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const isFigure = (column) => column >= 3 && column <= 5;
  const line = (row) =>
    `| ${row.map((cell, at) => (isFigure(at) ? cell.padStart(widths[at]) : cell.padEnd(widths[at]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, at) => (isFigure(at) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)];
}
