import { controller, serveNest } from './subject.mjs';
/** @import { Subject } from './subject.mjs' */

/** A route that looks at nothing. @type {Subject} */
export const nest = {
  serve: () =>
    serveNest(
      (common) => {
        class Probes {
          answer() {
            return { group: 'readiness', state: 'healthy', ok: true };
          }
        }
        class AppModule {}
        common.Module({ controllers: [controller(common, 'readyz', Probes)] })(AppModule);
        return AppModule;
      },
      { path: '/readyz', statusCode: 200 },
    ),
};
