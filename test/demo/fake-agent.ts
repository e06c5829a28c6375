/**
 * Stands in for `synod agent`: says that it serves, says something else, or ends at once, as it is told to; it ends with its
 * standard input.
 */
const args = process.argv.slice(2);
const flagValue = (flag: string): string => args[args.indexOf(flag) + 1] ?? '';
const stateDir = flagValue('--state-dir');
const behaviour = process.env.FAKE_AGENT ?? '';

if (behaviour === 'fails') {
  process.stderr.write('no disk\n');
  process.exit(3);
}
process.stdin.on('end', () => process.exit(0)).resume();
if (behaviour === 'babbles') process.stdout.write('Welcome!\n');
else if (behaviour !== 'waits') {
  const number = /agent(\d+)$/.exec(stateDir)?.[1] ?? '0';
  const ready = {
    name: `Name${number}`,
    agentId: `id-${number}`,
    cellId: 'cell',
    pid: process.pid,
    grpcAddress: flagValue('--grpc-addr'),
    httpAddress: flagValue('--http-addr'),
    stateDir,
    args,
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}
