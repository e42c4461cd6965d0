import type { types } from 'mediasoup';

/**
 * What a router offers: Opus and VP8, nothing else, so that every camera that can be sent can be looked at
 * (a VP8 key frame is a WebP image; see `analysis/decode`).
 */
export const routerCodecs: types.RouterRtpCodecCapability[] = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    clockRate: 48000,
    channels: 2,
    parameters: { useinbandfec: 1, usedtx: 1 },
  },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90000, parameters: { 'x-google-start-bitrate': 1000 } },
];

/**
 * The router's capabilities as clients are offered them, without `abs-capture-time`: in one trial a viewer's layer
 * never switched up while that extension was negotiated.
 */
export function offeredCapabilities(router: types.Router): types.RtpCapabilities {
  const { codecs, headerExtensions } = router.rtpCapabilities;
  return {
    ...(codecs && { codecs }),
    headerExtensions: (headerExtensions ?? []).filter((e) => !e.uri.includes('abs-capture-time')),
  };
}
