import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** A mail server that can be away. */
export class Postbox {
  /** To whom mails came, with the ids of these mails, the oldest first. */
  readonly mails: { readonly to: string; readonly id: string }[] = [];
  #server: SMTPServer | undefined;
  #looks: (() => void)[] = [];

  /** Where it will be: the port was free a moment ago. */
  static async create(): Promise<Postbox> {
    const postbox = new Postbox(0);
    await postbox.open();
    const port = postbox.#port;
    await postbox.close();
    return new Postbox(port);
  }

  private constructor(private readonly port: number) {}

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  async open(): Promise<void> {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, _, done) => void this.#read(stream, done),
    });
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server.server, 'listening');
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(resolve)));
  }

  /** Waits until so many have come. */
  async has(count: number): Promise<void> {
    while (this.mails.length < count) await new Promise<void>((resolve) => void this.#looks.push(resolve));
  }

  async #read(stream: Readable, done: () => void): Promise<void> {
    this.#take(await text(stream));
    done();
  }

  #take(mail: string): void {
    const header = (name: string): string => new RegExp(`^${name}: <?([^>\r\n]*)`, 'im').exec(mail)?.[1] ?? '';
    this.mails.push({ to: header('To'), id: header('Message-ID') });
    for (const look of this.#looks.splice(0)) look();
  }

  get #port(): number {
    const address = this.#server?.server.address();
    if (typeof address !== 'object' || address === null) throw new Error('it does not listen');
    return address.port;
  }
}
