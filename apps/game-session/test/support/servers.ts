import { afterEach } from '@jest/globals';
import { Server } from './server.js';

/** For tests that start the app, and end it in ways of their own: what still runs after a test is ended, and its folder deleted. */
export function useServers(): (env?: Readonly<Record<string, string>>) => Server {
  const servers: Server[] = [];

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.destroy()));
  }, 60_000);

  return (env) => {
    const server = new Server('compiled', env);
    servers.push(server);
    return server;
  };
}
