// A process that uses the store of a folder: `node … store-process.ts FOLDER COMMAND`. It is started, and killed, by tests.
import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { Runtime, type ServerRef } from '@rookery/genserver';
import { databaseAt } from '../../src/store/open.js';
import { Repo } from '../../src/store/repo.server.js';
import { move, openGames } from './games.js';

const [, , dataDir = '', command = ''] = process.argv;
Logger.overrideLogger(false);

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Each game makes a move when the one before is acknowledged, and says so: what was said must be there after a kill. */
async function play(repo: ServerRef<Repo>, id: string): Promise<void> {
  for (let ply = 0; ply < 42; ply++) {
    await repo.call.addMove(move(id, ply, ply % 7));
    say(`${id}: ${ply}`);
  }
}

async function main(): Promise<void> {
  const runtime = new Runtime();
  const repo = await runtime.start(Repo, { name: 'Repo', create: () => new Repo({ open: databaseAt({ dataDir }) }) });
  say('open');
  if (command === 'hold') return void setInterval(() => {}, 1_000);
  const ids = await openGames(repo, 200);
  say('playing');
  await Promise.all(ids.map((id) => play(repo, id)));
  await runtime.shutdown();
}

main().catch((error: unknown) => {
  say(`failed: ${String(error)}`);
  process.exitCode = 1;
});
