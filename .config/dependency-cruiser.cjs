/**
 * Who may import what: the table in the README. Each folder of src names the folders and the npm packages that it may
 * import; everything else is forbidden. Node's own modules are free.
 */

/** Files directly in src that every folder may import. */
const LEAVES = ['config', 'configSchema', 'configSecrets', 'configSources', 'errors', 'logger'];

/**
 * Folder -> what it may import besides itself: folders (or files in folders) of src, and packages; of those in `types`
 * and `packageTypes` the types only. zod is free to all: whatever comes from outside is parsed where it comes in.
 */
const TABLE = {
  protocol: {},
  media: { src: ['protocol', ...LEAVES], packages: ['mediasoup'] },
  auth: {
    src: ['protocol', ...LEAVES],
    packages: [
      '@node-rs/argon2',
      '@zxcvbn-ts/language-common',
      'openid-client',
      'passport',
      'passport-jwt',
      'jsonwebtoken',
      'rate-limiter-flexible',
    ],
  },
  calls: { src: ['protocol', ...LEAVES], types: ['media'], packageTypes: ['mediasoup'] },
  analysis: { src: ['protocol', ...LEAVES], packages: ['sharp', 'onnxruntime-node'] },
  assessment: { src: ['analysis/protocol', 'protocol', ...LEAVES] },
  signaling: { src: ['auth', 'calls', 'protocol', ...LEAVES], packages: ['socket.io'], packageTypes: ['mediasoup'] },
  http: {
    src: ['auth', 'calls', 'protocol', ...LEAVES],
    packages: ['express', 'passport', 'passport-jwt', 'helmet', 'compression'],
  },
  webhooks: { src: ['protocol', ...LEAVES] },
  db: {
    src: ['protocol', ...LEAVES],
    types: ['auth', 'calls', 'assessment', 'webhooks'],
    packages: ['typeorm', 'pg', 'reflect-metadata'],
  },
};

/** What the leaves themselves may import. */
const LEAF = { src: ['protocol', ...LEAVES], packages: ['pino', 'yaml'] };

const inSrc = (places) => places.map((place) => `^src/${place}(/|\\.ts$)`);
const inPackages = (names) => names.map((name) => `^node_modules/(@types/)?${name}/`);

function rules(name, from, { src = [], types = [], packages = [], packageTypes = [] }, own) {
  const free = [...own, ...inSrc(src), ...inPackages(['zod', ...packages])];
  const asTypes = [...inSrc(types), ...inPackages(packageTypes)];
  const forbid = (part, to) => ({ name: `${name}: ${part}`, severity: 'error', from: { path: from }, to });
  return [
    forbid('imports', { dependencyTypesNot: ['core'], pathNot: [...free, ...asTypes] }),
    ...(asTypes.length > 0
      ? [forbid('types only', { path: asTypes, pathNot: free, dependencyTypesNot: ['type-only'] })]
      : []),
  ];
}

/** Migrations are run by db and know nothing but it. */
const own = { db: ['^src/db/', '^migrations/'] };

module.exports = {
  forbidden: [
    ...Object.entries(TABLE).flatMap(([folder, entry]) =>
      rules(folder, `^src/${folder}/`, entry, own[folder] ?? [`^src/${folder}/`]),
    ),
    ...rules('leaves', `^src/(${LEAVES.join('|')})\\.ts$`, LEAF, []),
    {
      name: 'web: folders',
      comment: 'The page may import src/protocol only, so that nothing of the server gets into it.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(src|migrations|test|scripts)/', pathNot: '^src/protocol/' },
    },
    {
      name: 'migrations: folders',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^(src|web|test|scripts)/', pathNot: '^src/db/' },
    },
    {
      name: 'nothing goes round',
      severity: 'error',
      from: { path: '^(src|web)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'every import is found',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
      conditionNames: ['import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
