/** A connection that is away for less than this is not worth a word, ms. */
const noticeAfterMs = 1000;

/** Says whether the page is connected: socket and media, and not for the moment that a handover takes. */
export class OnlineWatch {
  readonly #onChange: (online: boolean) => void;
  #socket = true;
  #media = true;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onChange: (online: boolean) => void) {
    this.#onChange = onChange;
  }

  set(change: { socket?: boolean; media?: boolean }): void {
    this.#socket = change.socket ?? this.#socket;
    this.#media = change.media ?? this.#media;
    clearTimeout(this.#timer);
    if (this.#socket && this.#media) this.#onChange(true);
    else this.#timer = setTimeout(() => this.#onChange(false), noticeAfterMs);
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
