import assert from 'node:assert/strict';
import { chooseDevice, mediaChoices, openMediaChoices, rememberAtDoor } from '../../../web/src/session/mediaChoices.ts';

/** What a browser keeps, in memory. */
class Storage {
  readonly kept = new Map<string, string>();
  getItem = (key: string): string | null => this.kept.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.kept.set(key, value);
}

describe('mediaChoices', () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'localStorage');
  let storage: Storage;

  beforeEach(() => {
    storage = new Storage();
    Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true });
  });

  afterEach(() => {
    openMediaChoices(null);
    if (before) Object.defineProperty(globalThis, 'localStorage', before);
  });

  it('keeps what each account chose apart', () => {
    openMediaChoices('ada');
    chooseDevice('mic', 'headset');
    mediaChoices.setState({ blur: true });

    openMediaChoices('omar');
    assert.equal(mediaChoices.getState().deviceIds.mic, null);
    assert.equal(mediaChoices.getState().blur, false);

    openMediaChoices('ada');
    assert.equal(mediaChoices.getState().deviceIds.mic, 'headset');
    assert.equal(mediaChoices.getState().blur, true);
  });

  it('remembers for each account with what it came to the door of a meeting; on, to begin with', () => {
    openMediaChoices('ada');
    assert.deepEqual(mediaChoices.getState().door, { mic: true, camera: true });
    rememberAtDoor('mic', false);
    openMediaChoices('omar');
    assert.equal(mediaChoices.getState().door.mic, true);
    openMediaChoices('ada');
    assert.deepEqual(mediaChoices.getState().door, { mic: false, camera: true });
  });

  it('stores nothing while nobody is signed in', () => {
    openMediaChoices(null);
    mediaChoices.setState({ blur: true });
    assert.equal(storage.kept.size, 0);
  });

  it('has everything that helps the sound on, and the background as it is, until something else is chosen', () => {
    openMediaChoices('ada');
    const { sound, blur, mutedHint } = mediaChoices.getState();
    assert.deepEqual(sound, { echoCancellation: true, noiseSuppression: true, autoGainControl: true });
    assert.equal(blur, false);
    assert.equal(mutedHint, true);
  });

  it('takes what it cannot read for not chosen, and keeps the rest', () => {
    storage.kept.set('veritalk.media.ada', 'no JSON');
    openMediaChoices('ada');
    assert.equal(mediaChoices.getState().deviceIds.camera, null);

    storage.kept.set('veritalk.media.omar', JSON.stringify({ blur: 'yes', deviceIds: { mic: 'one', camera: 7 } }));
    openMediaChoices('omar');
    assert.deepEqual(mediaChoices.getState().deviceIds, { mic: 'one', camera: null, speaker: null });
    assert.equal(mediaChoices.getState().blur, false);
  });
});
