const elements = new WeakMap<MediaStreamTrack, HTMLVideoElement>();

/**
 * The element that plays a track, silently: made before it is shown, so that a first frame finds a player that runs,
 * and moved from tile to tile, so that nothing goes black in between. A second one where the first is on the page.
 */
export function videoElement(track: MediaStreamTrack): HTMLVideoElement {
  const known = elements.get(track);
  if (known && !known.isConnected) return known;
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.autoplay = true;
  video.tabIndex = -1;
  video.ariaHidden = 'true';
  video.srcObject = new MediaStream([track]);
  play(video);
  if (!known) elements.set(track, video);
  return video;
}

/** Goes on after the element was moved, which stops it. */
export function play(video: HTMLVideoElement): void {
  // Playing is refused only while the element is being moved again; whoever moves it starts it then.
  video.play().catch(() => undefined);
}

/** Takes the element off the page. It is kept for the next tile while its track lives; else it lets go of the track. */
export function releaseVideo(track: MediaStreamTrack, video: HTMLVideoElement): void {
  video.remove();
  if (elements.get(track) === video && track.readyState === 'live') return;
  // The browser keeps a player, and all that hangs on it, for as long as it holds a track.
  video.srcObject = null;
  if (elements.get(track) === video) elements.delete(track);
}
