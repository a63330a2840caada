import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { refusalAnswer } from '../web/answers.js';

/** Where the page is that describes the API, and lets one try it. */
export const DOCS_PATH = 'api/docs';

export function setUpOpenApi(app: INestApplication): void {
  const config = new DocumentBuilder()
    .setTitle('Connect Four')
    .setDescription(
      'Games over HTTP. Errors are `{ statusCode, reason, message, errors? }`: `reason` is for programs, `errors` says which field of a ' +
        '400 is wrong. What is `restarting` or `store_unavailable` (503) is worth another try after `Retry-After`.',
    )
    .setVersion('1')
    .addBearerAuth({ type: 'http', description: 'The token that POST /api/players gives.' }, 'player')
    .addBearerAuth({ type: 'http', description: 'OPERATOR_TOKEN of the settings.' }, 'operator')
    .addGlobalResponse({ status: 'default', description: 'An error.', standardSchema: refusalAnswer })
    .build();
  // A function: it is made when it is first asked for, not at each start.
  SwaggerModule.setup(DOCS_PATH, app, () => SwaggerModule.createDocument(app, config));
}
