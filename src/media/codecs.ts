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
 * Header extensions that are neither offered nor taken: `abs-capture-time`, since in one trial a viewer's layer never
 * switched up while it was negotiated; and AV1's dependency descriptor, which VP8 does not need and whose rewriting in the
 * worker once wrote out of bounds (GHSA-jhm4-v227-4375).
 */
const refusedExtensions = ['abs-capture-time', 'dependency-descriptor'];
const taken = ({ uri }: { uri: string }): boolean => !refusedExtensions.some((part) => uri.includes(part));

/** The router's capabilities as clients are offered them. */
export function offeredCapabilities(router: types.Router): types.RtpCapabilities {
  const { codecs, headerExtensions = [] } = router.rtpCapabilities;
  return { ...(codecs && { codecs }), headerExtensions: headerExtensions.filter(taken) };
}

/** What a sender says that it sends, without what was never offered to it. */
export function withoutRefused(parameters: types.RtpParameters): types.RtpParameters {
  return { ...parameters, headerExtensions: (parameters.headerExtensions ?? []).filter(taken) };
}
