import { worstOf } from '../health.js';
import { type CheckData, type CheckResult, healthy } from '../result.js';
import type { Finding } from './thresholds.js';

/** How many are written out. */
const MOST = 5;

/** As bad as the worst finding; the worst are named. */
export function resultOf(findings: readonly Finding[], data: CheckData): CheckResult {
  const kind = worstOf(findings.map(({ state }) => state));
  if (kind === 'healthy') return healthy(data);
  const worst = findings.filter(({ state }) => state === kind);
  const all = [...worst, ...findings.filter(({ state }) => state !== kind)];
  const more = all.length > MOST ? `; and ${all.length - MOST} more` : '';
  const texts = all.slice(0, MOST).map(({ text }) => text);
  return { kind, reason: `${texts.join('; ')}${more}`, data };
}
