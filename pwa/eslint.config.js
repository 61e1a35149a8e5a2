// What the compiler cannot see: promises left alone, Solid's reactivity, and that src/sync stays pure (no clock, no
// network, no storage, no randomness: those are arguments, as in sync/*.py).
import solid from 'eslint-plugin-solid/configs/typescript'
import tseslint from 'typescript-eslint'

const impure = [
  'Date', 'performance', 'fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'navigator', 'crypto', 'indexedDB',
  'localStorage', 'sessionStorage', 'caches', 'window', 'self', 'globalThis', 'document', 'location', 'console',
  'setTimeout', 'setInterval', 'queueMicrotask', 'process',
]

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'public'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': ['error', { allow: ['warn', 'error'] }],
      'no-eval': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
    },
  },
  {
    files: ['src/**/*.tsx'],
    ...solid,
    // `live` reads again when what it reads changes; `guarded` runs a handler.
    rules: { ...solid.rules, 'solid/reactivity': ['warn', { customReactiveFunctions: ['live', 'guarded'] }] },
  },
  {
    files: ['src/sync/**/*.ts'],
    ignores: ['src/sync/**/*.test.ts'],
    rules: {
      'no-restricted-globals': ['error', ...impure.map((name) => ({ name, message: 'src/sync is pure: make it an argument.' }))],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Randomness is an argument.' }],
      'no-restricted-imports': ['error', { patterns: [{ regex: '^(?!\\./[a-z])', message: 'src/sync imports only from src/sync.' }] }],
    },
  },
  { files: ['*.config.{js,ts}', 'eslint.config.js'], ...tseslint.configs.disableTypeChecked },
)
