import { type Alias, Down, exit, ExitReason, formatReason, GenServer, Runtime, Timeout } from '@rookery/genserver';

class Worker extends GenServer {
  override init(): void {
    this.self.setLabel('spell checker');
  }

  check(text: string, answer: Alias): void {
    answer.send(`${text}: ${text.length} letters`);
  }

  finish(): void {
    exit(ExitReason.shutdownWith('no more texts'));
  }
}

class Editor extends GenServer {
  override init(): void {
    this.self.monitor('worker');
    this.self.sendAfter(5, 'not yet checked?');
    this.self.startTimer(10, 'save');
  }

  override handleInfo(message: unknown): void {
    if (message instanceof Down) console.log(`${String(message.name)} ended: ${formatReason(message.reason)}`);
    else if (message instanceof Timeout) console.log('timer:', message.message);
    else console.log('got:', message);
  }

  check(text: string): void {
    // For one answer: a second one, or a late one after deactivate(), would not arrive.
    runtime.ref(Worker, 'worker').cast.check(text, this.self.alias({ reply: true }));
  }

  async rest(): Promise<void> {
    await this.self.sleep(20); // messages wait meanwhile
  }
}

const runtime = new Runtime();
const worker = await runtime.start(Worker);
runtime.register('worker', worker);
const editor = await runtime.start(Editor);

editor.cast.check('rookery');
await editor.call.rest();
await editor.call.rest(); // comes after what had waited
console.log(runtime.info('worker')?.label, 'is watched by', runtime.info('worker')?.monitoredBy.length);
worker.cast.finish();
await runtime.exited(worker);
await editor.call.rest();

await runtime.shutdown();
