import { EventEmitter } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { child, Runtime } from '@rookery/genserver';
import { LeakDetector, ManualClock, settle } from '@rookery/genserver/testing';
import { WebSocket } from 'ws';
import { frameOf } from '../../src/presence/outlet.js';
import { Heartbeat } from '../../src/web/heartbeat.server.js';
import { Sockets } from '../../src/web/sockets.js';

/** A socket without a network. */
class FakeSocket extends EventEmitter {
  readyState: number = WebSocket.OPEN;
  bufferedAmount = 0;
  readonly said: string[] = [];

  send(text: string): void {
    this.said.push(text);
  }

  ping(): void {
    this.said.push('ping');
  }

  close(code: number): void {
    this.#end(`closed ${code}`);
  }

  terminate(): void {
    this.#end('cut off');
  }

  #end(how: string): void {
    this.said.push(how);
    this.readyState = WebSocket.CLOSED;
  }
}

const leaks = new LeakDetector();
const clock = new ManualClock();
const runtime = new Runtime({ clock });
const sockets = new Sockets(runtime, { rateLimitPerMinute: 60 });
const open = (): FakeSocket => {
  const socket = new FakeSocket();
  sockets.add(socket as unknown as WebSocket);
  return socket;
};

/** Of somebody who has said hello. */
const enter = (): FakeSocket => {
  const socket = open();
  Object.assign(sockets.of(socket as unknown as WebSocket), { entered: { session: { cast: { touch: () => {} } } } });
  return socket;
};
const startHeartbeat = () =>
  runtime.startSupervisor({
    name: 'Web',
    strategy: 'one_for_one',
    children: [child(Heartbeat, { name: 'Heartbeat', create: () => new Heartbeat(sockets) })],
  });

afterEach(async () => {
  await runtime.shutdown();
  await leaks.assertNone({ runtime, clock });
});

test('sockets: strangers are sent away, the dead are found, and who does not read is cut off', async () => {
  await startHeartbeat();

  const stranger = open();
  await clock.advance(4_000);
  await settle(runtime);
  expect(stranger.said).not.toContain('closed 1008');
  await clock.advance(2_000);
  await settle(runtime);
  expect(stranger.said).toContain('closed 1008'); // no hello in five seconds

  const [alive, dead] = [enter(), enter()];
  await clock.advance(30_000);
  await settle(runtime);
  alive.emit('pong');
  expect([alive.said, dead.said]).toEqual([['ping'], ['ping']]);
  await clock.advance(30_000);
  await settle(runtime);
  expect([alive.said, dead.said]).toEqual([
    ['ping', 'ping'],
    ['ping', 'cut off'],
  ]);

  const deaf = open();
  const socket = sockets.of(deaf as unknown as WebSocket);
  deaf.bufferedAmount = 1024 * 1024;
  socket.answer({ ref: 1 });
  deaf.bufferedAmount++;
  socket.answer({ ref: 2 });
  socket.send(frameOf('lobby', {}));
  expect(deaf.said).toEqual(['{"event":"answer","data":{"ref":1}}', 'cut off']);
});

test('sockets: a few are asked at each tick, and all of them in thirty seconds', async () => {
  await startHeartbeat();
  const all = Array.from({ length: 60 }, enter);
  for (let second = 1; second <= 30; second++) {
    await clock.advance(1_000);
    await settle(runtime);
    expect(all.filter(({ said }) => said.length > 0)).toHaveLength(2 * second);
  }
});
