/** The way to one browser: a socket, for those who need not know that it is one. */
export interface Outlet {
  /** `frame` as of `frameOf`. */
  send(frame: string): void;
  /** What was sent and has not left this machine yet. */
  readonly bufferedBytes: number;
  /** `code` as of WebSockets. Harmless when it is closed already. */
  close(code: number, reason: string): void;
}

/** What a browser gets, as text. */
export function frameOf(event: string, data: unknown): string {
  return JSON.stringify({ event, data });
}

/** Codes with which a socket is closed. */
export const CLOSE = {
  /** Whatever it was that ended, the browser may connect again at once. */
  serviceRestart: 1012,
  /** The client does not keep up. */
  tryAgainLater: 1013,
} as const;
