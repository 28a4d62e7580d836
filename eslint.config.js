import boundaries from 'eslint-plugin-boundaries';
import vue from 'eslint-plugin-vue';
import tseslint from 'typescript-eslint';

/** Process rooms of docs/architecture.md; the first matching pattern wins. */
const rooms = [
  { type: 'foundation', pattern: 'electron/services/{errors,task}.ts', partialMatch: false },
  { type: 'shell', pattern: 'electron/{main,preload}.ts', partialMatch: false },
  { type: 'shell', pattern: 'electron/shell/**/*', partialMatch: false },
  { type: 'ipc', pattern: 'electron/ipc/**/*', partialMatch: false },
  { type: 'composition', pattern: 'electron/composition.ts', partialMatch: false },
  { type: 'services', pattern: 'electron/services/**/*', partialMatch: false },
  { type: 'engine', pattern: 'electron/engine/**/*', partialMatch: false },
  { type: 'cli', pattern: 'electron/cli/**/*', partialMatch: false },
  { type: 'bench', pattern: 'bench/**/*', partialMatch: false },
  { type: 'renderer', pattern: 'renderer/**/*', partialMatch: false },
  { type: 'test', pattern: 'test/**/*', partialMatch: false },
];

/** Which rooms each room may import. The foundation (AppError, Task) is open to all but ipc and renderer. */
const allowed = {
  shell: ['shell', 'ipc', 'composition', 'services', 'foundation'],
  ipc: ['ipc'],
  composition: ['services', 'engine', 'foundation'],
  foundation: ['foundation'],
  services: ['services', 'engine', 'foundation'],
  engine: ['engine', 'foundation'],
  cli: ['cli', 'composition', 'services', 'foundation'],
  bench: ['bench', 'composition', 'services', 'foundation'],
  renderer: ['renderer', 'ipc'],
  test: ['test', 'foundation', 'shell', 'ipc', 'composition', 'services', 'engine', 'cli', 'bench', 'renderer'],
};

const noElectron = { name: 'electron', message: 'Only the shell (main, preload) may import electron.' };
const noRuntime = { name: 'onnxruntime-node', message: 'Only electron/engine may import onnxruntime-node.' };

export default tseslint.config(
  { ignores: ['dist/', 'release/', 'node_modules/', 'models/', 'test-results/', 'coverage/'] },
  ...tseslint.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.ts', '**/*.vue'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
      eqeqeq: 'error',
      'no-console': 'off',
    },
  },
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      'no-undef': 'off',
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      // Layout is prettier's business.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/require-default-prop': 'off',
      'vue/multi-word-component-names': 'off',
    },
  },
  {
    files: ['electron/**/*.ts', 'renderer/**/*.{ts,vue}', 'bench/**/*.ts', 'test/**/*.ts'],
    plugins: { boundaries },
    settings: {
      'import/resolver': {
        typescript: { project: ['tsconfig.json', 'tsconfig.renderer.json'], noWarnOnMultipleProjects: true },
      },
      'boundaries/elements': rooms,
      // Rooms are files as well as folders here, which the plugin otherwise remarks on at every run.
      'boundaries/legacy-warnings': false,
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: [
            ...Object.entries(allowed).map(([from, types]) => ({
              from: { element: { type: from } },
              allow: { to: { element: { types: { anyOf: types } } } },
            })),
            { allow: { to: { module: { origin: ['external', 'core'] } } } },
          ],
        },
      ],
    },
  },
  {
    files: ['electron/{services,cli,ipc}/**/*.ts', 'electron/composition.ts', 'renderer/**/*', 'bench/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [noElectron, noRuntime] }] },
  },
  {
    files: ['electron/engine/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [noElectron] }] },
  },
  {
    files: ['electron/{main,preload}.ts', 'electron/shell/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [noRuntime] }] },
  },
);
