import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { setUpOpenApi } from '../operations/openapi.js';
import { securityHeaders } from './security-headers.js';
import { SocketAdapter } from './socket-adapter.js';

/** Beside `src` and `dist`: the page is served as it is. */
const pageFolder = fileURLToPath(new URL('../../public/', import.meta.url));

/** No body of ours is half as long. */
const MOST_BODY = '4kb';

/** What an application needs beside its modules: here, so that tests have the same. Make it with `bodyParser: false`. */
export function configureApp(app: NestExpressApplication): NestExpressApplication {
  app.disable('x-powered-by');
  app.use(securityHeaders);
  app.useBodyParser('json', { limit: MOST_BODY });
  app.useStaticAssets(pageFolder, { maxAge: 0 }); // asked again each time, answered 304
  app.setGlobalPrefix('api', { exclude: ['metrics'] });
  app.useWebSocketAdapter(new SocketAdapter(app));
  setUpOpenApi(app);
  return app;
}
