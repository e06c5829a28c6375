import { enableCompileCache } from 'node:module';

// Most of a short command's time is compiling what it loads.
enableCompileCache();
const [{ main }, { explain }, { EXIT }] = await Promise.all([
  import('./main.ts'),
  import('./failures.ts'),
  import('./command.ts'),
]);

// `synod ls / | head`: the reader has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  const { line } = explain(Object.assign(error, { path: 'the output' }));
  process.stderr.write(`synod: ${line}\n`, () => process.exit(EXIT.failed));
});

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Whoever asks twice does not want to wait.
    if (stop.signal.aborted && signal === 'SIGINT') process.exit(130);
    stop.abort(signal);
  });
}

const { stdin, stdout, stderr, env } = process;
process.exitCode = await main(process.argv.slice(2), { stdin, stdout, stderr, env, stop: stop.signal });
// What a command left open (a connection on its way down, standard input) must not keep the shell waiting.
stdout.write('', () => process.exit());
