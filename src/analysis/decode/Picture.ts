/** A decoded picture: 8-bit RGB, rows from top to bottom without padding. */
export interface Picture {
  width: number;
  height: number;
  rgb: Uint8Array;
}
