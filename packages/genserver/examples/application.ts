import { Application, child, type ExitReason, formatReason, GenServer } from '@rookery/genserver';

class Part extends GenServer {
  override init(): void {
    this.self.trapExit(true); // else terminate would not run at a shutdown
    console.log(`${this.self.name} starts`);
  }

  override terminate(reason: ExitReason): void {
    console.log(`${this.self.name} ends: ${formatReason(reason)}`);
  }
}

const app = await Application.start({
  name: 'shop',
  root: {
    strategy: 'rest_for_one',
    children: [child(Part, { name: 'database' }), child(Part, { name: 'carts' })],
  },
  prepStop: () => console.log('taking no more orders'),
  stop: () => console.log('all is down'),
});

process.kill(process.pid, 'SIGTERM'); // as an orchestrator does, or Ctrl-C in a terminal (SIGINT)
const { cause, killed } = await app.stopped;
console.log(cause, killed);
