import { child, GenServer, Runtime } from '@rookery/genserver';
import { childrenDown, eventLoop, heap, HealthCheck, mailboxes, restartRate } from '@rookery/health-check';

class Lobby extends GenServer {}

const runtime = new Runtime();
await runtime.startSupervisor({
  name: 'app',
  strategy: 'rest_for_one',
  maxRestarts: 3,
  maxSeconds: 5,
  children: [
    HealthCheck.childSpec({
      name: 'health',
      minGapMs: 0,
      checks: [
        restartRate(runtime, { expected: ['app'] }),
        childrenDown(runtime),
        mailboxes(runtime),
        eventLoop(),
        heap(),
      ],
    }),
    child(Lobby, { name: 'lobby' }),
  ],
});

const health = HealthCheck.ref(runtime, 'health'); // by name, so it survives restarts
console.log((await health.checkNow()).checks['restart-rate']?.state, Object.keys(health.group('liveness').checks));

for (const _ of [1, 2]) {
  runtime.kill('lobby');
  await new Promise((resolve) => setImmediate(resolve));
}
await health.checkNow('restart-rate');
console.log(health.check('restart-rate')?.reason); // one restart before it is too late
console.log(health.probe('readiness').statusCode); // degraded: it goes on to serve

await runtime.shutdown();
