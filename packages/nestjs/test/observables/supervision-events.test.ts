import { expect, test } from '@jest/globals';
import { GenServer, Runtime, type ServerRef } from '@rookery/genserver';
import { settle } from '@rookery/genserver/testing';
import { firstValueFrom, toArray } from 'rxjs';
import { fromRuntime, getServerToken, Supervised, SupervisionEvents } from '../../src/index.js';
import { useApps } from '../support/apps.js';
import { treeOf } from '../support/trees.js';

const boot = useApps();

@Supervised()
class Till extends GenServer {
  crash(): never {
    throw new Error('no paper');
  }
}

const start = async () => {
  const { app, runtime } = await boot(treeOf(Till), { providers: [Till] });
  const crash = (): void => app.get<ServerRef<Till>>(getServerToken(Till)).cast.crash();
  return { app, runtime, events: app.get(SupervisionEvents), crash };
};

test('events of a runtime come as a stream, until nobody listens', async () => {
  const runtime = new Runtime();
  const kinds: string[] = [];
  const subscription = fromRuntime(runtime).subscribe(({ kind }) => void kinds.push(kind));
  expect(runtime.listenerCount).toBe(1);
  await runtime.stop(await runtime.start(Till));
  subscription.unsubscribe();
  expect(runtime.listenerCount).toBe(0);
  await runtime.stop(await runtime.start(Till));
  expect(kinds).toEqual(['process_started', 'process_exited']);
});

test('what is no runtime is refused', () => {
  expect(() => fromRuntime(undefined as never)).toThrow('`runtime`');
});

test('those of some kinds are typed, and complete when the application has stopped', async () => {
  const { app, runtime, events, crash } = await start();
  const restarts = firstValueFrom(events.of('child_restarted').pipe(toArray()));
  const crashes: string[] = [];
  events.of('process_crashed', 'supervisor_gave_up').subscribe((event) => {
    crashes.push(event.kind === 'process_crashed' ? event.process : event.supervisor);
  });
  crash();
  await settle(runtime);
  await app.close();
  expect(await restarts).toMatchObject([{ child: 'Till', restarts: 1 }]);
  expect(crashes).toEqual(['Till']);
  expect(runtime.listenerCount).toBe(0);
  expect(await firstValueFrom(events.all.pipe(toArray()))).toEqual([]);
});

test('phases come from now on to the end', async () => {
  const { app, events } = await start();
  const phases = firstValueFrom(events.phase.pipe(toArray()));
  await app.close();
  expect(await phases).toEqual(['ready', 'stopping', 'stopped']);
  expect(await firstValueFrom(events.phase.pipe(toArray()))).toEqual(['stopped']);
});

test('the begin of the shutdown is told once, and to those who come later at once', async () => {
  const { app, events } = await start();
  const told: string[] = [];
  events.stopping.subscribe({ next: () => void told.push('stopping'), complete: () => void told.push('complete') });
  expect(told).toEqual([]);
  await app.close();
  events.stopping.subscribe(() => void told.push('later'));
  expect(told).toEqual(['stopping', 'complete', 'later']);
});
