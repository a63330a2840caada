import { child, GenServer, ignore, type Ignored, type SupervisorRef } from '@rookery/genserver';

/** Its start waits for `released`; then it turns out to be nothing, and its supervisor does not keep it. */
class Holder extends GenServer {
  override async init(begun: () => void, released: Promise<void>): Promise<Ignored> {
    begun();
    await released;
    return ignore();
  }
}

/** Keeps a supervisor from handling messages: it waits for a child to start. Resolves with how to let it go on. */
export async function hold(supervisor: SupervisorRef): Promise<() => Promise<void>> {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let held: Promise<unknown> = Promise.resolve();
  await new Promise<void>((begun) => {
    held = supervisor.startChild(child(Holder, { id: 'holder', args: [begun, released], restart: 'temporary' }));
  });
  return async () => {
    release();
    await held;
  };
}
