import { HealthCheck, terminusCheck } from '@rookery/health-check';

// Any indicator of @nestjs/terminus, 11 or 12, is a check: () => http.pingCheck('docs', url), () => db.pingCheck('db'), …
const pingCheck = async (): Promise<unknown> => ({ docs: { status: 'down', message: 'ECONNREFUSED 10.0.0.7:443' } });

const health = new HealthCheck({
  details: 'always', // who may see single checks; default never
  format: 'terminus', // or 'rookery', 'health+json'; a probe may say otherwise
  checks: [{ name: 'docs', check: terminusCheck(pingCheck) }],
});
await health.checkNow();

console.log(health.check('docs')?.reason); // in the program: all of it
console.log(JSON.parse(health.probe('readiness').body)); // to clients: no text of errors

health.close();
