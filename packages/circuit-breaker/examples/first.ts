import { CircuitBreaker, CircuitOpenError } from '@rookery/circuit-breaker';

let isDown = true;
async function charge(amount: number): Promise<string> {
  if (isDown) throw new Error('connection refused');
  return `charged ${amount}`;
}

const payments = new CircuitBreaker({ label: 'payments', failureThreshold: 3, timeoutMs: 50 });

for (let attempt = 1; attempt <= 5; attempt++) {
  try {
    console.log(await payments.call(() => charge(10)));
  } catch (error) {
    const isRejected = error instanceof CircuitOpenError;
    console.log(attempt, isRejected ? 'not even tried' : (error as Error).message, payments.state);
  }
}

isDown = false;
await new Promise((resolve) => setTimeout(resolve, 60));
console.log(payments.state); // its time is over: the next call is a probe
console.log(await payments.call(() => charge(10)), payments.state);
