import type { Milliseconds, ServerRef } from '@rookery/genserver';
import { WebSocket } from 'ws';
import { frameOf, type Outlet } from '../presence/outlet.js';
import type { UserSession } from '../presence/user-session.server.js';
import type { PlayerRecord } from '../store/records.js';
import type { TokenBucket } from './token-bucket.js';

/** Who asks and does not read the answers is let go with so much unread. News stop long before. */
const MOST_UNREAD_BYTES = 1_024 * 1_024;

/** Who it is, and the process that stands for them. */
export interface Entered {
  readonly player: PlayerRecord;
  readonly session: ServerRef<UserSession>;
}

/** One browser's socket, and what is known of it. */
export class PlayerSocket implements Outlet {
  /** Undefined until `hello` was answered. */
  entered: Entered | undefined;
  /** A `hello` is being looked into, or was. */
  hasSaidHello = false;
  /** How many requests in a row were too many. */
  refused = 0;
  /** Whether it has answered the last ping. */
  isAlive = true;

  constructor(
    private readonly socket: WebSocket,
    readonly bucket: TokenBucket,
    readonly openedAt: Milliseconds,
    /** They are counted as they come. */
    readonly number: number,
  ) {
    socket.on('pong', () => (this.isAlive = true));
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  get bufferedBytes(): number {
    return this.socket.bufferedAmount;
  }

  /** Who has left is told nothing, and who does not read is let go. */
  send(frame: string): void {
    if (this.isOpen && this.bufferedBytes > MOST_UNREAD_BYTES) this.cutOff();
    if (this.isOpen) this.socket.send(frame);
  }

  answer(answer: object): void {
    this.send(frameOf('answer', answer));
  }

  close(code: number, reason: string): void {
    if (this.isOpen) this.socket.close(code, reason);
  }

  /** Without a word: who would have to hear it does not read, or does not stop. */
  cutOff(): void {
    this.socket.terminate();
  }

  /** Asks whether anybody is there; who has not answered the last time is not. */
  ping(): void {
    if (!this.isAlive) return this.cutOff();
    this.isAlive = false;
    if (this.isOpen) this.socket.ping();
  }
}
