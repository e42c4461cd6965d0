/** Stable error codes, each with its HTTP status. Clients branch on the code, never on the message. */
export const errorStatus = {
  VALIDATION: 400,
  UNAUTHENTICATED: 401,
  TOKEN_INVALID: 401,
  TOKEN_EXPIRED: 401,
  AUTH_EXPIRED: 401,
  CREDENTIALS_WRONG: 401,
  REFRESH_REUSED: 401,
  FORBIDDEN: 403,
  ORIGIN_FORBIDDEN: 403,
  /** A host has taken this person out of the call. */
  REMOVED: 403,
  REGISTRATION_CLOSED: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  USERNAME_TAKEN: 409,
  EMAIL_TAKEN: 409,
  NAME_TAKEN: 409,
  BUSY: 409,
  CALL_OVER: 409,
  NOT_JOINED: 409,
  DENIED: 403,
  LOCKED: 423,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  CAPACITY: 503,
} as const;

export type ErrorCode = keyof typeof errorStatus;
