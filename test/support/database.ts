import { randomBytes, randomUUID } from 'node:crypto';
import type { NewCall } from '../../src/calls/CallStore.ts';
import { loadConfig } from '../../src/config.ts';
import { Database, type DatabaseOptions } from '../../src/db/Database.ts';
import { PostgresUserStore } from '../../src/db/UserStore.ts';
import { createLogger } from '../../src/logger.ts';
import { testDatabaseUrl } from './postgres.ts';

/** An empty database of its own with our schema. */
export async function openTestDatabase(changes: Partial<DatabaseOptions> = {}): Promise<Database> {
  const cwd = new URL('../..', import.meta.url).pathname;
  const { url: _configured, ...limits } = loadConfig({ env: { NODE_ENV: 'test' }, cwd }).database;
  const url = changes.url ?? (await testDatabaseUrl());
  return Database.open({ logger: createLogger('silent'), ...limits, ...changes, url });
}

export async function addUser(database: Database, username: string): Promise<{ id: string; username: string }> {
  return new PostgresUserStore(database).create({
    id: randomUUID(),
    username,
    email: `${username}@example.org`,
    fullName: username,
    passwordHash: 'x',
  });
}

/** A meeting, unless a callee is given. */
export function newCall(callerId: string, changes: Partial<NewCall> = {}): NewCall {
  return {
    id: randomUUID(),
    roomId: randomBytes(16).toString('base64url'),
    callerId,
    calleeId: null,
    callType: 'video',
    title: null,
    lobby: false,
    status: changes.calleeId ? 'ringing' : 'active',
    nodeId: 'node',
    bootId: 'boot',
    createdAt: new Date(),
    ...changes,
  };
}
