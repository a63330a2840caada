import { child, GenServer, Runtime } from '@rookery/genserver';

class Import extends GenServer {
  override init(): void {
    this.self.continue();
  }

  override handleContinue(): void {
    console.log('imported');
    this.self.stop(); // done, and not to be restarted: it is transient
  }
}

class Progress extends GenServer {
  override init(): void {
    this.self.trapExit(true); // so that it may say goodbye
  }

  override terminate(): void {
    console.log('progress bar cleared');
  }
}

const runtime = new Runtime();
const job = await runtime.startSupervisor({
  strategy: 'one_for_one',
  autoShutdown: 'any_significant',
  children: [Progress, child(Import, { restart: 'transient', significant: true })],
});

console.log('the job ended with', (await runtime.exited(job)).kind);
await runtime.shutdown();
