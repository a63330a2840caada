/**
 * The end of the application when its tree has given up: a non-zero exit code, whatever ends the process, and a SIGTERM to
 * itself, which Nest answers with its ordinary shutdown.
 */
export function endOnGiveUp(): void {
  process.once('exit', (code) => {
    if (code === 0) process.exitCode = 1;
  });
  process.kill(process.pid, 'SIGTERM');
}
