import { HealthCheck } from '@rookery/health-check';

let isDatabaseUp = true;

const health = new HealthCheck({
  minGapMs: 0, // so that checkNow() runs every time; default 1 000
  checks: [
    {
      name: 'database', // every 30 s, unless it says otherwise
      check: async () => {
        if (!isDatabaseUp) throw new Error('connection refused');
      },
    },
    { name: 'queue', check: () => ({ kind: 'degraded', reason: 'it is slow' }) },
  ],
});
health.subscribe((event) => {
  if (event.kind === 'check_changed') console.log(`${event.check}: ${event.from} -> ${event.to}`);
});

console.log(health.getHealth().state); // nothing has run yet
await health.checkNow();
console.log(health.getHealth().state, health.probe('readiness').statusCode); // from memory: this runs nothing

isDatabaseUp = false;
await health.checkNow();
const { state, checks } = health.getHealth();
console.log(state, checks['database']?.reason);

const { statusCode, body } = health.probe('readiness');
console.log(statusCode, body);

health.close();
