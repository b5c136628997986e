export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/packages/*/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  reporters: ['default', ['<rootDir>/test/support/not-run-reporter.js', { run: 'unit' }]],
  coverageProvider: 'babel',
  testTimeout: 30_000,
  // A test that fails half-way may leave a server or a socket open, which would keep the run from
  // ending for as long as they live. What fails is said by then.
  forceExit: true,
};
