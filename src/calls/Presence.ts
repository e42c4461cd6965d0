import type { Presence as PresenceValue } from '../protocol/values.ts';
import type { Connection } from './Connection.ts';

/** Who is connected with which tabs, who is in a call, and which connection is told about whom. */
export class Presence {
  readonly #connections = new Map<string, Set<Connection>>();
  readonly #watched = new Map<Connection, ReadonlySet<string>>();
  readonly #callsOf = new Map<string, number>();
  readonly #told = new Map<string, PresenceValue>();
  readonly #silent = new Set<Connection>();

  connected(connection: Connection): void {
    const tabs = this.#connections.get(connection.userId) ?? new Set();
    this.#connections.set(connection.userId, tabs.add(connection));
    this.#update(connection.userId);
  }

  disconnected(connection: Connection): void {
    const tabs = this.#connections.get(connection.userId);
    tabs?.delete(connection);
    if (tabs?.size === 0) this.#connections.delete(connection.userId);
    this.#watched.delete(connection);
    this.#silent.delete(connection);
    this.#update(connection.userId);
  }

  /** A connection from which nothing comes any more counts as gone, before its end is certain. */
  setSilent(connection: Connection, silent: boolean): void {
    if (silent) this.#silent.add(connection);
    else this.#silent.delete(connection);
    this.#update(connection.userId);
  }

  enteredCall(userId: string): void {
    this.#callsOf.set(userId, (this.#callsOf.get(userId) ?? 0) + 1);
    this.#update(userId);
  }

  leftCall(userId: string): void {
    const left = (this.#callsOf.get(userId) ?? 0) - 1;
    if (left > 0) this.#callsOf.set(userId, left);
    else this.#callsOf.delete(userId);
    this.#update(userId);
  }

  /** Whoever has lost the connection is offline, also while his place in a call is kept for him. */
  of(userId: string): PresenceValue {
    if (this.connectionsOf(userId).every((connection) => this.#silent.has(connection))) return 'offline';
    return this.#callsOf.has(userId) ? 'in_call' : 'online';
  }

  /** Every tab of a user. */
  connectionsOf(userId: string): readonly Connection[] {
    return [...(this.#connections.get(userId) ?? [])];
  }

  /** Replaces the people whose presence a connection is told of. */
  watch(connection: Connection, userIds: readonly string[]): void {
    this.#watched.set(connection, new Set(userIds));
  }

  #update(userId: string): void {
    const presence = this.of(userId);
    if (this.#told.get(userId) === presence) return;
    if (presence === 'offline') this.#told.delete(userId);
    else this.#told.set(userId, presence);
    for (const [connection, userIds] of this.#watched) {
      if (userIds.has(userId)) connection.notify('presenceChanged', { userId, presence });
    }
  }
}
