import { getHeapStatistics } from 'node:v8';
import type { Check } from '../check.js';
import { checkFunction } from '../checks.js';
import type { CheckResult } from '../result.js';
import { resultOf } from './findings.js';
import { checkOptionsOf, type IndicatorOptions } from './indicator-options.js';
import { finding, type Thresholds, thresholds } from './thresholds.js';

/** What is read of the heap, in bytes. */
export interface HeapFigures {
  readonly used_heap_size: number;
  readonly heap_size_limit: number;
}

/** When the heap is too full. */
export interface HeapOptions extends IndicatorOptions {
  /** The part of the limit that is in use, from 0 to 1. Default degraded at 0.85, unhealthy at 0.95. */
  readonly used?: Partial<Thresholds>;
  /** Where the figures come from. Default `v8.getHeapStatistics`. */
  readonly read?: () => HeapFigures;
}

/** The heap of V8 against its limit, above which the program dies. A check named `heap`, every 10 s. */
export function heap(options: HeapOptions = {}): Check {
  const limits = thresholds('used', options.used, { degradedAt: 0.85, unhealthyAt: 0.95 });
  const { read = getHeapStatistics } = options;
  checkFunction('read', read);
  return { intervalMs: 10_000, ...checkOptionsOf(options, 'heap'), check: () => judgeHeap(read(), limits) };
}

function judgeHeap({ used_heap_size: used, heap_size_limit: limit }: HeapFigures, limits: Thresholds): CheckResult {
  const part = used / limit;
  const percent = Math.round(part * 100);
  const text = (): string => `${percent} % of the heap's limit of ${Math.round(limit / 2 ** 20)} MiB is in use`;
  return resultOf(finding(part, limits, text), { usedBytes: used, limitBytes: limit });
}
