import { checks, controller, serveNest, TIMEOUT_MS } from './subject.mjs';
/** @import { Subject } from './subject.mjs' */

/** How long results are kept, where they are. */
const KEEP_MS = 30_000;

/** @param {{ readonly isCached: boolean }} options @returns {Subject} */
export function makeTerminus({ isCached }) {
  return {
    serve: () =>
      serveNest(
        async (common) => {
          const { HealthCheckService, HealthIndicatorService, TerminusModule } = await import('@nestjs/terminus');
          class Probes {
            constructor(service, indicators) {
              this.service = service;
              this.looked = checks().map(({ name, look }) => () => {
                const attempt = indicators.check(name).attempt(look).withTimeout(TIMEOUT_MS);
                return isCached ? attempt.cacheFor(KEEP_MS) : attempt;
              });
            }
            answer() {
              return this.service.check(this.looked);
            }
          }
          Reflect.defineMetadata('design:paramtypes', [HealthCheckService, HealthIndicatorService], Probes);
          class AppModule {}
          common.Module({
            imports: [TerminusModule.forRoot({ logger: false })],
            controllers: [controller(common, 'readyz', Probes)],
          })(AppModule);
          return AppModule;
        },
        { path: '/readyz', statusCode: 503 },
      ),
  };
}
