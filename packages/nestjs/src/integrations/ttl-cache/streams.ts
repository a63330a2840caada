/** What can be read once only, or is read as it comes: Node's streams and the web's, StreamableFile, Response. */
export function isStream(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { pipe, getReader, getStream } = value as Record<string, unknown>;
  return 'bodyUsed' in value || [pipe, getReader, getStream].some((method) => typeof method === 'function');
}

/** Lets go of what nobody will read, an open file say. */
export function discardStream(value: unknown): void {
  const { getStream, body } = value as { getStream?: () => object; body?: object | null };
  const source = (typeof getStream === 'function' ? getStream.call(value) : (body ?? value)) as {
    destroy?: () => void;
    cancel?: () => Promise<void>;
  };
  if (typeof source.destroy === 'function') source.destroy();
  else source.cancel?.().catch(() => undefined); // it has failed already: nothing is held any more
}
