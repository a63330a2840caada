import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HealthSetupError } from './errors.js';

/** Where a server listens. */
export type OwnAddress = Pick<AddressInfo, 'address' | 'port'>;

/** A server for probes alone. It does not keep Node running. */
export class OwnServer {
  readonly #server: Server;

  constructor(answer: (request: IncomingMessage, response: ServerResponse) => void) {
    this.#server = createServer(answer);
    this.#server.unref();
  }

  /** Rejects with a HealthSetupError when the port cannot be had. */
  async listen(port: number, host: string | undefined): Promise<OwnAddress> {
    try {
      this.#server.listen({ port, ...(host !== undefined && { host }) });
      await once(this.#server, 'listening');
    } catch (error) {
      const where = `${host ?? 'all addresses'}, port ${port}`;
      const problem = `cannot listen on ${where} (${error instanceof Error ? error.message : String(error)}): give it a \`port\` that is free, or 0.`;
      throw new HealthSetupError('HealthModule', problem, { cause: error });
    }
    const { address, port: found } = this.#server.address() as AddressInfo;
    return { address, port: found };
  }

  /** At once: who probes asks again. Harmless when it does not listen. */
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
