import { degraded, HealthCheck, PROBE_DAMPING, unhealthy } from '@rookery/health-check';

const health = new HealthCheck({
  ...PROBE_DAMPING, // two good results to get better, three bad ones to get worse
  groups: {
    payments: { tags: ['payments'], statusCodes: { degraded: 429 } },
  },
  checks: [
    { name: 'deadlock', tags: ['liveness'], check: () => {} }, // would a restart help?
    { name: 'database', check: () => {} }, // untagged: readiness
    { name: 'mail', critical: false, check: () => unhealthy('no connection') }, // degraded at worst
    { name: 'bank', tags: ['payments'], check: () => degraded('slow', { p99Ms: 900 }) },
  ],
});
await health.checkNow();

for (const group of ['liveness', 'readiness', 'startup', 'payments', 'overall']) {
  const { state, checks } = health.group(group);
  console.log(group, health.probe(group).statusCode, state, Object.keys(checks));
}

health.close();
