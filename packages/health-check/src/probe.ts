import { checkBoolean, checkObject, checkOneOf } from './checks.js';
import { type BodyFormat, FORMATS } from './formats.js';

/** How a probe asks. */
export interface ProbeOptions {
  /** Whether the server has let this client in: for `details: 'authorized'`. Default false. */
  readonly authorized?: boolean;
  /** Default: that of the health check. */
  readonly format?: BodyFormat;
}

/** What to answer a probe, over HTTP or otherwise. */
export interface ProbeAnswer {
  readonly statusCode: number;
  /** Content type, and that it must not be kept by anybody. */
  readonly headers: Readonly<Record<'content-type' | 'cache-control', string>>;
  /** JSON. */
  readonly body: string;
}

export function checkProbeOptions(options: ProbeOptions): void {
  checkObject('options', options);
  if (options.authorized !== undefined) checkBoolean('authorized', options.authorized);
  if (options.format !== undefined) checkOneOf('format', options.format, FORMATS);
}
