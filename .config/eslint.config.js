import eslint from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** What the plain scripts use of Node's globals. */
const nodeGlobals = [
  'AbortController',
  'AbortSignal',
  'Buffer',
  'URL',
  'clearInterval',
  'clearTimeout',
  'console',
  'fetch',
  'performance',
  'process',
  'setInterval',
  'setTimeout',
];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.cache/**', 'data/**'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // Numbers print as people expect.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `return f()` ends a function early; that both give nothing confuses nobody.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/array-type': 'off',
      '@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions', 'methods'] }],
      // An interface may promise more than one of its implementations needs.
      '@typescript-eslint/require-await': 'off',
      // The compiler asks for a check of every index, also of those that a loop keeps in range.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // It takes `closed`, looked at again after an `await`, for unchanged.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['web/**/*.ts', 'web/**/*.tsx'],
    extends: [reactHooks.configs.flat.recommended],
    // What appears and goes by a timer begins in an effect.
    rules: { 'react-hooks/set-state-in-effect': 'off' },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: Object.fromEntries(nodeGlobals.map((name) => [name, 'readonly'])) },
  },
  {
    // Runs in the page.
    files: ['scripts/bench/pageHooks.js', 'scripts/network/pageWatch.js', 'test/support/screens/drawnCamera.js'],
    languageOptions: {
      globals: Object.fromEntries(
        ['DOMException', 'Image', 'MutationObserver', 'addEventListener', 'document', 'navigator', 'window'].map(
          (name) => [name, 'readonly'],
        ),
      ),
    },
  },
);
