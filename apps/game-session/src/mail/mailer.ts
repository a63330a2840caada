import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { MailRecord } from '../store/records.js';

/** Where mails go. */
export interface Mailer {
  /** Resolves once somebody else is responsible for it. */
  send(mail: MailRecord): Promise<void>;
  close(): void;
}

/** What mails need of the settings. */
export interface MailSettings {
  /** Where mails are sent; null: into a folder. */
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  /** The folder of all that the app writes. */
  readonly dataDir: string;
}

/** Gives a new mailer. Who opens it closes it. */
export type OpenMailer = () => Mailer;

/** The injection token of OpenMailer. */
export const OPEN_MAILER = Symbol('OpenMailer');

export function mailerOf({ smtpUrl, mailFrom, dataDir }: MailSettings): Mailer {
  return smtpUrl === null ? folderMailer(join(dataDir, 'mail'), mailFrom) : smtpMailer(smtpUrl, mailFrom);
}

/** A server that says nothing for so long is taken for dead. */
const SILENCE_MS = 5_000;

/** Over SMTP; `url` as in `smtp://user:password@host:587`. */
export function smtpMailer(url: string, from: string): Mailer {
  const transport = createTransport({
    url,
    connectionTimeout: SILENCE_MS,
    greetingTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
  });
  return {
    send: async (mail) => void (await transport.sendMail(messageOf(mail, from))),
    close: () => transport.close(),
  };
}

/** Each mail is a file of its own, for machines without a mail server. */
export function folderMailer(folder: string, from: string): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  return {
    send: async (mail) => {
      const { message } = await transport.sendMail(messageOf(mail, from));
      await mkdir(folder, { recursive: true });
      const file = join(folder, `${mail.id}.eml`);
      await writeFile(`${file}.part`, message);
      await rename(`${file}.part`, file); // whoever looks into the folder sees whole mails only
    },
    close: () => transport.close(),
  };
}

/**
 * The id is the mail's own: one that is sent twice, as the app was killed before it could note that it was sent, is known as
 * the same by mail servers and readers.
 */
function messageOf({ id, to, subject, text }: MailRecord, from: string): Record<string, string> {
  const domain = from.slice(from.lastIndexOf('@') + 1).replace('>', '');
  return { messageId: `<game-session-${id}@${domain}>`, from, to, subject, text };
}
