// `nest start --watch` in a project: an edit stops the old process in good order, whose port is free for the new one; Ctrl-C ends all.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { isAlive, signalGroup, start } from './processes.mjs';

const COMPILER = {
  target: 'es2023',
  module: 'nodenext',
  strict: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  rootDir: 'src',
  outDir: 'dist',
  skipLibCheck: true,
  types: ['node'],
};

const PROGRAM = `
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GenServer, type ServerRef } from '@rookery/genserver';
import { InjectServer, Supervised, SupervisionModule, Supervisor } from '@rookery/nestjs';

@Supervised()
class Till extends GenServer {
  override init(): void {
    this.self.trapExit(true);
  }
  version(): string {
    return 'VERSION';
  }
  override terminate(): void {
    process.stdout.write('terminate VERSION\\n');
  }
}

@Supervisor({ strategy: 'one_for_one', children: [Till] })
class Root {}

@Controller()
class Shop {
  constructor(@InjectServer(Till) private readonly till: ServerRef<Till>) {}
  @Get()
  version(): Promise<string> {
    return this.till.call.version();
  }
}

@Module({ imports: [SupervisionModule.forRoot({ root: Root })], controllers: [Shop], providers: [Till] })
class AppModule {}

const app = await NestFactory.create(AppModule);
app.enableShutdownHooks();
await app.listen(Number(process.env['PORT']), '127.0.0.1');
process.stdout.write(\`listening VERSION, process \${process.pid}\\n\`);
`;

export async function watch(folder) {
  const port = await freePort();
  const write = (version) => writeFileSync(join(folder, 'src/main.ts'), PROGRAM.replaceAll('VERSION', version));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER }));
  writeFileSync(join(folder, 'nest-cli.json'), JSON.stringify({ sourceRoot: 'src' }));
  write('one');
  const args = ['start', '--watch', '--preserveWatchOutput'];
  const cli = start(join(folder, 'node_modules/.bin/nest'), args, folder, { PORT: String(port) });
  const first = await runningAs(cli, 'one', port);
  write('two');
  const second = await runningAs(cli, 'two', port); // on the same port
  assert.match(cli.output, /listening one[^]*terminate one[^]*listening two/, cli.output);
  assert.ok(!isAlive(first), `process ${first} is left after the edit:\n${cli.output}`);
  signalGroup(cli.process, 'SIGINT');
  await cli.ended(); // its output is closed, so all who could write to it have ended
  assert.match(cli.output, /terminate two/, cli.output);
  assert.ok(!isAlive(second), `process ${second} is left after Ctrl-C:\n${cli.output}`);
  assert.equal(await isOpen(port), false, `port ${port} is in use after Ctrl-C`);
}

/** Gives the id of its process. */
async function runningAs(cli, version, port) {
  const pattern = new RegExp(`listening ${version}, process (\\d+)`);
  await cli.says(pattern);
  const answer = await fetch(`http://127.0.0.1:${port}`);
  assert.equal(await answer.text(), version);
  return Number(pattern.exec(cli.output)[1]);
}

async function isOpen(port) {
  const socket = connect(port, '127.0.0.1');
  const isConnected = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'close').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return isConnected;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
