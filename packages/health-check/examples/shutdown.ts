import { HealthCheck } from '@rookery/health-check';

const health = new HealthCheck({ checks: [{ name: 'database', check: () => {} }] });
await health.checkNow();

const codes = (): readonly number[] => ['readiness', 'liveness'].map((group) => health.probe(group).statusCode);
console.log(health.phase, codes());

const result = health.shutdown({
  delayMs: 50, // at least one period of who probes; default 5 000
  drain: async () => console.log(health.phase, codes()), // close the server, finish what is under way
});
console.log(health.phase, codes()); // at once: nobody new is sent here

const { kind } = await result;
console.log(health.phase, codes(), kind);

health.close();
