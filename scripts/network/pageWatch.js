// Runs in the page before its own code: counts the frames of other people's pictures, and keeps the peer connections.
const watch = { connections: [], frames: 0, lastFrameAtMs: 0, longestGapMs: 0 };
window.networkWatch = watch;

window.RTCPeerConnection = class extends window.RTCPeerConnection {
  constructor(...options) {
    super(...options);
    watch.connections.push(this);
  }
};

const counts = new WeakMap();
setInterval(() => {
  const nowMs = performance.now();
  for (const video of document.querySelectorAll('[data-testid="tile"][data-self="false"] video')) {
    const count = video.getVideoPlaybackQuality().totalVideoFrames;
    const before = counts.get(video) ?? 0;
    counts.set(video, count);
    // Another stream in the same element begins anew.
    const fresh = count < before ? count : count - before;
    if (fresh === 0) continue;
    watch.frames += fresh;
    watch.longestGapMs = Math.max(watch.longestGapMs, nowMs - watch.lastFrameAtMs);
    watch.lastFrameAtMs = nowMs;
  }
}, 20);

watch.reset = () => Object.assign(watch, { frames: 0, longestGapMs: 0, lastFrameAtMs: performance.now() });

watch.read = async () => {
  const sums = {
    framesDecoded: 0,
    freezeS: 0,
    audioSamples: 0,
    concealed: 0,
    height: 0,
    protocols: [],
    remotePorts: [],
  };
  for (const connection of watch.connections.filter((c) => c.connectionState === 'connected')) {
    const stats = [...(await connection.getStats()).values()];
    for (const stat of stats) {
      if (stat.type === 'inbound-rtp' && stat.kind === 'video') {
        sums.framesDecoded += stat.framesDecoded ?? 0;
        sums.freezeS += stat.totalFreezesDuration ?? 0;
        sums.height = Math.max(sums.height, stat.frameHeight ?? 0);
      }
      if (stat.type === 'inbound-rtp' && stat.kind === 'audio') {
        sums.audioSamples += stat.totalSamplesReceived ?? 0;
        sums.concealed += (stat.concealedSamples ?? 0) - (stat.silentConcealedSamples ?? 0);
      }
      if (stat.type === 'candidate-pair' && stat.nominated && stat.state === 'succeeded') {
        const remote = stats.find((s) => s.id === stat.remoteCandidateId);
        sums.protocols.push(remote?.protocol ?? '');
        sums.remotePorts.push(remote?.port ?? 0);
      }
    }
  }
  const gapMs = Math.max(watch.longestGapMs, performance.now() - watch.lastFrameAtMs);
  return { ...sums, frames: watch.frames, gapMs };
};
