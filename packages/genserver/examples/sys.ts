import { GenServer, Runtime, type ServerStatus } from '@rookery/genserver';

interface Account {
  readonly balance: number;
  readonly pin: string;
}

class Bank extends GenServer<Account> {
  override init(): Account {
    return { balance: 100, pin: '1234' };
  }
  pay(amount: number): number {
    this.state = { ...this.state, balance: this.state.balance - amount };
    return this.state.balance;
  }
  /** What people may see. */
  override formatStatus(status: ServerStatus<Account>): ServerStatus {
    return { ...status, state: { ...status.state, pin: '****' } };
  }
}

/** The next version, which charges a fee. */
class BankWithFee extends Bank {
  override pay(amount: number): number {
    return super.pay(amount + 1);
  }
}

const runtime = new Runtime();
const bank = await runtime.start(Bank, { name: 'bank' });
const { sys } = runtime;

const stopTrace = sys.trace(bank, (event) => {
  if (event.kind === 'in') console.log('in   ', event.message.name, event.message.args);
  if (event.kind === 'out') console.log('out  ', event.reply);
  if (event.kind === 'state') console.log('state', event.state.balance);
});
await bank.call.pay(10);
stopTrace();

await sys.suspend(bank);
const waiting = bank.call.pay(20); // is not handled before the resume
await sys.replaceState(bank, (account) => ({ ...account, balance: 1000 }));
const { status, mailboxSize, state } = await sys.getStatus(bank);
console.log(status, mailboxSize, state);
await sys.restartWithState(bank, { serverClass: BankWithFee });
await sys.resume(bank);
console.log('paid, left:', await waiting);

await runtime.shutdown();
