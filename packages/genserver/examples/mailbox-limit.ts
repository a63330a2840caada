import { GenServer, OverloadedError, Runtime } from '@rookery/genserver';

class Mailer extends GenServer {
  async deliver(letter: string): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return `${letter} delivered`;
  }
}

const runtime = new Runtime();
const mailer = await runtime.start(Mailer, { name: 'mailer', mailbox: { limit: 2, overflow: 'reject' } });

const answers = await Promise.allSettled(['a', 'b', 'c', 'd'].map((letter) => mailer.call.deliver(letter)));
for (const answer of answers) {
  if (answer.status === 'fulfilled') console.log(answer.value);
  else if (answer.reason instanceof OverloadedError) console.log('no room:', answer.reason.message);
}
console.log('dropped:', runtime.stats().dropped.overflow);

await runtime.shutdown();
