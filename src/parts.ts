/** What is started and has to be closed again. */
export interface Closable {
  close(): Promise<void>;
}

/** Notes a part as started, so that it is closed with the others; returns it. */
export type Own = <T extends Closable>(part: T) => T;

/** Waits for all even if one fails, so that what has started is known and can be closed. */
export async function startTogether<T extends readonly unknown[]>(starts: {
  [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  await Promise.allSettled(starts);
  return Promise.all(starts);
}

/** Closes in the opposite order of their start. */
export async function closeAll(parts: Closable[]): Promise<void> {
  for (const part of parts.splice(0).reverse()) await part.close();
}
