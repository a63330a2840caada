import type { Project } from './project.js';

export type DependencyGroup = 'dependencies' | 'devDependencies';

/** Adds packages to `package.json`, in their order by name; what is there in any group, in whatever version, stays as it is. */
export function addDependencies(
  project: Project,
  group: DependencyGroup,
  wanted: Readonly<Record<string, string>>,
): void {
  const file = '/package.json';
  const text = project.read(file) ?? '{}';
  const content = JSON.parse(text) as Record<string, Record<string, string> | undefined>;
  const missing = Object.entries(wanted).filter(([name]) => !hasDependency(content, name));
  if (missing.length === 0) return;
  const all = Object.entries({ ...content[group], ...Object.fromEntries(missing) });
  content[group] = Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  project.write(file, stringify(content, text));
  project.installLater();
}

/** As the text before: its indentation, its line ends. */
function stringify(content: unknown, before: string): string {
  const indent = /^[ \t]+/m.exec(before)?.[0] ?? '  ';
  const text = `${JSON.stringify(content, null, indent)}${before.endsWith('\n') ? '\n' : ''}`;
  return before.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text;
}

function hasDependency(content: Record<string, Record<string, string> | undefined>, name: string): boolean {
  const groups = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];
  return groups.some((group) => content[group]?.[name] !== undefined);
}
