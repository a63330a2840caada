import { checks, serveNest, TIMEOUT_MS } from './subject.mjs';
/** @import { Subject } from './subject.mjs' */

/** All checks run every second. @param {{ readonly details: 'never' | 'always' }} options @returns {Subject} */
export const makeRookery = ({ details }) => ({
  serve: () =>
    serveNest(
      async ({ Module }) => {
        const { HealthModule } = await import('@rookery/nestjs/health');
        const looked = checks().map(({ name, look }) => ({
          name,
          check: look,
          intervalMs: 1_000,
          timeoutMs: TIMEOUT_MS,
        }));
        class AppModule {}
        Module({ imports: [HealthModule.forRoot({ checks: looked, details })] })(AppModule);
        return AppModule;
      },
      { path: '/readyz', statusCode: 503 },
    ),
});
