import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
/** @import { Program } from '../../suite.mjs' */

const script = fileURLToPath(new URL('./otp/main.exs', import.meta.url));

/** One scheduler, as Node has one thread for JavaScript; room for a million processes and more. */
const FLAGS = '+S 1:1 +P 4000000';

/** Elixir/OTP, measured by a script of its own that does the same work. @type {Program} */
export const otp = {
  title: () => titleOf(installed()),
  isInstalled: () => installed() !== undefined,
  missing: 'elixir is not installed (Debian: apt-get install erlang-base elixir)',
  command: (caseName, { warmUpMs, runMs, divisor }) => ({
    file: 'elixir',
    args: ['--erl', FLAGS, script, caseName, ...[warmUpMs, runMs, divisor].map(String)],
  }),
};

/** @type {{ readonly text: string | undefined } | undefined} asked once, as it takes half a second */
let version;

/** What `elixir --version` says, which names OTP, too; undefined where there is no elixir. */
function installed() {
  const { status, stdout } = version === undefined ? spawnSync('elixir', ['--version'], { encoding: 'utf8' }) : {};
  version ??= { text: status === 0 ? stdout : undefined };
  return version.text;
}

/** @param {string | undefined} text */
function titleOf(text = '') {
  const [, elixir = '?'] = /Elixir (\S+)/.exec(text) ?? [];
  const [, release = '?'] = /Erlang\/OTP (\S+)/.exec(text) ?? [];
  return `Elixir ${elixir} / OTP ${release}`;
}
