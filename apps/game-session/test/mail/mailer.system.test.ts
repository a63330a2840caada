import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { CircuitBreaker } from '@rookery/circuit-breaker';
import { SMTPServer } from 'smtp-server';
import { classifyMailError, deliver } from '../../src/mail/delivery.js';
import { folderMailer, smtpMailer } from '../../src/mail/mailer.js';
import type { MailRecord } from '../../src/store/records.js';

const FROM = 'Game sessions <games@example.org>';
const mail: MailRecord = {
  id: 7,
  to: 'ada@example.org',
  subject: 'you won — again',
  text: 'Hello Ada',
  createdAt: new Date(),
  attempts: 0,
};
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

describe('a mail over SMTP', () => {
  test('arrives, from us, under an id of its own', async () => {
    const received: string[] = [];
    const mailer = smtpMailer(await smtpServer({ onMail: (text) => received.push(text) }), FROM);

    expect(await tryToSend(mailer)).toEqual({ kind: 'sent' });

    expect(received).toHaveLength(1);
    expect(received[0]).toMatch(/^From: Game sessions <games@example.org>\r?$/m);
    expect(received[0]).toMatch(/^To: ada@example.org\r?$/m);
    expect(received[0]).toMatch(/^Message-ID: <game-session-7@example.org>\r?$/m);
    expect(received[0]).toContain('Hello Ada');
  });

  test('that the server does not want is refused, and no failure of the server', async () => {
    const breaker = newBreaker();
    const mailer = smtpMailer(await smtpServer({ refusal: { code: 550, text: 'no such mailbox' } }), FROM);

    expect(await tryToSend(mailer, breaker)).toEqual({ kind: 'refused', error: expect.stringContaining('550') });
    expect(breaker.state).toBe('closed');
  });

  test('that the server cannot take now has failed, and no failure of the server: it takes others', async () => {
    const breaker = newBreaker();
    const mailer = smtpMailer(await smtpServer({ refusal: { code: 451, text: 'greylisted' } }), FROM);

    expect(await tryToSend(mailer, breaker)).toEqual({ kind: 'failed', error: expect.stringContaining('451') });
    expect(breaker.state).toBe('closed');
  });

  test('to a server that is about to stop has failed, and so has the server', async () => {
    const breaker = newBreaker();
    const mailer = smtpMailer(await smtpServer({ refusal: { code: 421, text: 'shutting down' } }), FROM);

    expect(await tryToSend(mailer, breaker)).toEqual({ kind: 'failed', error: expect.stringContaining('421') });
    expect(breaker.state).toBe('open');
  });

  test('to a server that is down has failed, and then is not tried', async () => {
    const url = await freePort();
    const breaker = newBreaker();
    const mailer = smtpMailer(url, FROM);

    expect(await tryToSend(mailer, breaker)).toEqual({
      kind: 'failed',
      error: expect.stringContaining('ECONNREFUSED'),
    });
    expect(await tryToSend(mailer, breaker)).toMatchObject({ kind: 'not_tried' });
  });

  test('to a server that never speaks fails when the breaker says so', async () => {
    const silent = createServer();
    const url = await listening(silent);

    const delivery = await tryToSend(smtpMailer(url, FROM), newBreaker({ callTimeoutMs: 50 }));

    expect(delivery).toEqual({ kind: 'failed', error: expect.stringContaining('50 ms') });
  });
});

describe('a mail into a folder', () => {
  test('is a whole file, named by its id', async () => {
    const folder = join(await temporaryFolder(), 'mail');

    expect(await tryToSend(folderMailer(folder, FROM))).toEqual({ kind: 'sent' });

    expect(await readdir(folder)).toEqual(['7.eml']);
    expect(await readFile(join(folder, '7.eml'), 'utf8')).toContain('Subject: =?UTF-8?Q?you_won_');
  });

  test('that cannot be written has failed', async () => {
    const mailer = folderMailer('/dev/null/mail', FROM);

    expect(await tryToSend(mailer)).toEqual({ kind: 'failed', error: expect.stringContaining('/dev/null') });
  });
});

async function tryToSend(mailer: ReturnType<typeof smtpMailer>, breaker = newBreaker()): ReturnType<typeof deliver> {
  try {
    return await deliver(mail, { mailer, breaker, signal: new AbortController().signal });
  } finally {
    mailer.close();
  }
}

function newBreaker({ callTimeoutMs = 10_000 } = {}): CircuitBreaker {
  return new CircuitBreaker({ failureThreshold: 1, callTimeoutMs, classifyError: classifyMailError });
}

interface Behaviour {
  readonly onMail?: (text: string) => void;
  readonly refusal?: { readonly code: number; readonly text: string };
}

async function smtpServer({ onMail, refusal }: Behaviour): Promise<string> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_, __, done) =>
      refusal === undefined ? done() : done(Object.assign(new Error(refusal.text), { responseCode: refusal.code })),
    onData: (stream, _, done) => {
      let text = '';
      stream.setEncoding('utf8').on('data', (part: string) => (text += part));
      stream.on('end', () => {
        onMail?.(text);
        done();
      });
    },
  });
  cleanUps.push(() => new Promise<void>((resolve) => server.close(resolve)));
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return urlOf(server.server);
}

async function freePort(): Promise<string> {
  const server = createServer();
  const url = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return url;
}

async function listening(server: Server): Promise<string> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return urlOf(server);
}

function urlOf(server: { address(): unknown }): string {
  const address = server.address();
  if (typeof address !== 'object' || address === null || !('port' in address)) throw new Error('it does not listen');
  return `smtp://127.0.0.1:${String(address.port)}`;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mail-'));
  cleanUps.push(() => rm(folder, { recursive: true }));
  return folder;
}
