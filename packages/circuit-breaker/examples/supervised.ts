import { Runtime } from '@rookery/genserver';
import { CircuitBreaker } from '@rookery/circuit-breaker';

const runtime = new Runtime();
await runtime.startSupervisor({
  name: 'app',
  strategy: 'one_for_one',
  children: [CircuitBreaker.childSpec({ name: 'payments', failureThreshold: 1, keepState: true })],
});

const payments = CircuitBreaker.ref(runtime, 'payments'); // by name, so it survives restarts
console.log(await payments.call(() => 'charged'));
await payments.call(() => Promise.reject(new Error('down'))).catch(() => {});
console.log(payments.state);

runtime.kill('payments');
console.log(payments.isAlive, payments.state); // between two lives: nothing is let through

await new Promise((resolve) => setImmediate(resolve));
console.log(payments.isAlive, payments.state); // keepState: what it knew is not forgotten

await runtime.shutdown();
