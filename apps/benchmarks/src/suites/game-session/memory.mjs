// Loaded before the app, in its process: tells how much memory it uses when asked, and ends with whoever started it.
import { setImmediate as turn } from 'node:timers/promises';

process.on('message', (question) => {
  if (question === 'memory') void bytesUsed().then((bytes) => process.send?.({ bytes }));
});
process.on('disconnect', () => process.exit());

async function bytesUsed() {
  for (let round = 0; round < 3; round++) {
    await turn(); // finalizers and weak references get their turn
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage(); // external: with array buffers
  return heapUsed + external;
}
