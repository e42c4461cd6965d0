import express, { type Request, type RequestHandler, type Response } from 'express';
import { AppError } from '../errors.ts';

/** Bytes. The largest body of ours has a few hundred. */
const limit = 64 * 1024;
const maxDepth = 8;

/** The JSON of RFC 8259 is UTF-8; a charset parameter can only say so or lie. */
const json = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i;

/** Keys that reach prototypes in careless code. */
const dangerous: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const parseJson: RequestHandler = express.json({ limit, type: () => true, inflate: false });

/**
 * Reads a request's JSON body; without one it is `{}`.
 *
 * @throws AppError UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE or VALIDATION, or an error of body-parser.
 */
export async function readBody(request: Request, response: Response): Promise<unknown> {
  const { 'content-length': length, 'transfer-encoding': chunked, 'content-type': type } = request.headers;
  if (chunked === undefined && (length === undefined || length === '0')) return {};
  if (!json.test(type ?? '')) throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'The body must be JSON in UTF-8.');
  await new Promise<void>((resolve, reject) => {
    parseJson(request, response, (error?: unknown) => {
      if (error instanceof Error) reject(error);
      else resolve();
    });
  });
  const body: unknown = request.body;
  checkShape(body);
  return body;
}

/**
 * Refuses what no schema should have to think of: deep nesting, keys that reach prototypes, NUL (Postgres stores none)
 * and halves of surrogate pairs (they become other characters when hashed or stored).
 *
 * @throws AppError VALIDATION.
 */
export function checkShape(value: unknown, depth = 0): void {
  if (typeof value === 'string') checkText(value);
  if (typeof value !== 'object' || value === null) return;
  if (depth >= maxDepth) throw new AppError('VALIDATION', 'The input is nested too deeply.');
  for (const [key, inner] of Object.entries(value)) {
    if (dangerous.has(key)) throw new AppError('VALIDATION', 'The input has a key that is not allowed.');
    checkText(key);
    checkShape(inner, depth + 1);
  }
}

function checkText(text: string): void {
  if (text.includes('\0') || !text.isWellFormed()) {
    throw new AppError('VALIDATION', 'The input holds a character that is not allowed.');
  }
}
