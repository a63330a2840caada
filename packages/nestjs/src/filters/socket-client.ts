/** A client of a gateway: of ws, which has a state in a number and sends text, or of socket.io, which emits events. */
interface SocketClient {
  readonly readyState?: unknown;
  send?(text: string): unknown;
  emit?(event: string, payload: unknown): unknown;
}

/** Of the standard's WebSocket. */
const OPEN = 1;

/** Tells it of an error in the way of Nest's own filters. One that has left is told nothing. */
export function tellSocket(client: SocketClient, payload: object): void {
  const { readyState } = client;
  if (typeof readyState !== 'number') client.emit?.('exception', payload);
  else if (readyState === OPEN) client.send?.(JSON.stringify({ event: 'exception', data: payload }));
}
