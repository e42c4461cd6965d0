import type { z } from 'zod';

type Issue = Pick<z.core.$ZodIssue, 'path' | 'message'>;

/**
 * Takes what came from outside in its form, and never throws.
 *
 * zod looks at the length of whatever has one, even after it was found to be no string: an object such as
 * `{ length: { toString: 1 } }` cannot be compared and makes `safeParse` itself throw.
 */
export function parseForeign<T>(
  schema: z.ZodType<T>,
  value: unknown,
): { success: true; data: T } | { success: false; issues: readonly Issue[] } {
  try {
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed : { success: false, issues: parsed.error.issues.map(withoutInput) };
  } catch {
    return { success: false, issues: [{ path: [], message: 'Invalid input' }] };
  }
}

/** What stood there is not told again, wherever that may end up: only keys that look like ones of ours are named. */
function withoutInput(issue: z.core.$ZodIssue): Issue {
  const { path, message, code } = issue;
  if (code !== 'unrecognized_keys') return { path, message };
  const named = issue.keys.filter((key) => /^[a-z][a-zA-Z_]{0,31}$/.test(key)).slice(0, 3);
  return { path, message: named.length === 0 ? 'Unrecognized key' : `Unrecognized key: ${named.join(', ')}` };
}
