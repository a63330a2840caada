import type { Rule, SchematicContext } from '@angular-devkit/schematics';
import { formatWritten } from './format.js';
import type { GenerateOptions } from './options.js';
import { addDependencies } from './project/dependencies.js';
import { Project } from './project/project.js';
import { ownVersion } from './own-version.js';

type Work<O> = (project: Project, options: O) => void;

/** Makes a schematic of a function that writes into a project: formats what it wrote, says its notes, and installs what is new. */
export function schematic<O extends GenerateOptions>(work: Work<O>): (options: O) => Rule {
  return (options) => async (tree, context) => {
    const project = new Project(tree, options);
    work(project, options);
    await formatWritten(project, process.cwd(), options.format === true);
    for (const note of project.notes) context.logger.info(note);
    if (project.mustInstall && options.skipInstall !== true) install(context);
    if (project.mustInstall && options.skipInstall === true) context.logger.info('Install what package.json has got.');
  };
}

/** The same for what needs `@rookery/nestjs`: it is added where it is missing. */
export function generator(work: Work<GenerateOptions>): (options: GenerateOptions) => Rule {
  return schematic((project, options) => {
    work(project, options);
    const version = `^${ownVersion()}`;
    addDependencies(project, 'dependencies', { '@rookery/genserver': version, '@rookery/nestjs': version });
  });
}

/** The task of devkit, written out: so nothing of devkit is needed here, in whatever version the CLI brings. */
function install(context: SchematicContext): void {
  const options = { command: 'install', quiet: true, hideOutput: true, allowScripts: false };
  context.addTask({ toConfiguration: () => ({ name: 'node-package', options }) });
}
