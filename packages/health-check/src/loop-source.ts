import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { LoopSource } from './loop-meter.js';

/** How often Node looks how late a timer is. */
const RESOLUTION_MS = 10;
const NS_PER_MS = 1e6;

/** Node's own measurement. It does not keep Node running. */
export function openLoopSource(): LoopSource {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let before = performance.eventLoopUtilization();
  // The histogram holds the time from timer to timer, the resolution included.
  const delayMs = (ns: number): number => Math.max(0, ns / NS_PER_MS - RESOLUTION_MS);
  return {
    read: () => {
      const { count, max } = histogram;
      if (count === 0) return undefined;
      const p99Ms = delayMs(histogram.percentile(99));
      histogram.reset();
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return { p99Ms, maxMs: delayMs(max), utilization };
    },
    close: () => void histogram.disable(),
  };
}
