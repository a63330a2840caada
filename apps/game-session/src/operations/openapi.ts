import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { probeAnswer, refusalAnswer } from '../web/answers.js';

/** Where the page is that describes the API, and lets one try it. */
export const DOCS_PATH = 'api/docs';

/** Probes are answered before all routes, so Nest does not know of them. */
const PROBES: Readonly<Record<string, string>> = {
  '/livez': 'Would a restart not help?',
  '/readyz': 'Should it get requests?',
  '/startupz': 'Has it started?',
  '/health': 'How it is, by all checks.',
};

export function setUpOpenApi(app: INestApplication): void {
  const config = new DocumentBuilder()
    .setTitle('Connect Four')
    .setDescription(
      'Games over HTTP. Errors are `{ statusCode, reason, message, errors? }`: `reason` is for programs, `errors` says which field of a ' +
        '400 is wrong. What is `restarting` or `store_unavailable` (503) is worth another try after `Retry-After`.',
    )
    .setVersion('1')
    .addTag('players')
    .addTag('games')
    .addTag('operations')
    .addTag('chaos')
    .addBearerAuth({ type: 'http', description: 'The token that POST /api/players gives.' }, 'player')
    .addBearerAuth({ type: 'http', description: 'OPERATOR_TOKEN of the settings.' }, 'operator')
    .addGlobalResponse({ status: 'default', description: 'An error.', standardSchema: refusalAnswer })
    .build();
  // A function: it is made when it is first asked for, not at each start.
  SwaggerModule.setup(DOCS_PATH, app, () => withProbes(SwaggerModule.createDocument(app, config)));
}

function withProbes(document: OpenAPIObject): OpenAPIObject {
  const content = { 'application/json': { schema: z.toJSONSchema(probeAnswer, { target: 'openapi-3.0' }) } };
  const responses = { 200: { description: 'Yes.', content }, 503: { description: 'No.', content } };
  const probe = { tags: ['operations'], security: [{}, { operator: [] }], responses };
  const paths = Object.entries(PROBES).map(([path, summary]) => [path, { get: { ...probe, summary } }]);
  return { ...document, paths: { ...document.paths, ...(Object.fromEntries(paths) as OpenAPIObject['paths']) } };
}
