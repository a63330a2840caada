import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';
import { DOCS_PATH } from '../operations/openapi.js';

type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** The page loads its own modules and styles, and speaks to its own server. Nothing else may run in it, or frame it. */
const page = helmet({
  contentSecurityPolicy: {
    useDefaults: false, // they rewrite http to https, which a server on this machine does not speak
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false, // for whoever speaks TLS before us to say
});

/** Swagger's page has styles in the page itself. */
const docs = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false,
});

export const securityHeaders: Middleware = (request, response, next) => {
  const isDocs = request.url?.startsWith(`/${DOCS_PATH}`) === true;
  (isDocs ? docs : page)(request, response, next);
};
