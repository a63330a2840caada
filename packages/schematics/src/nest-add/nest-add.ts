import { SchematicError } from '../errors.js';
import { generateTree, hooks } from '../generators/tree.js';
import type { AddOptions } from '../options.js';
import { ownVersion } from '../own-version.js';
import { addDependencies } from '../project/dependencies.js';
import type { Project } from '../project/project.js';
import { findRoot } from '../project/trees.js';
import { configureJest } from './jest-config.js';

const NEST_VERSIONS = new Set([11, 12]);

/** All that a Nest project needs for supervision trees: packages, a first tree, shutdown hooks, and Jest that can run them. */
export function nestAdd(project: Project, options: AddOptions): void {
  const { dependencies = {}, devDependencies = {}, type } = project.packageJson;
  const nest = dependencies['@nestjs/core'];
  const major = checkNest(nest);
  const version = `^${ownVersion()}`;
  addDependencies(project, 'dependencies', {
    '@rookery/genserver': version,
    '@rookery/nestjs': version,
    'reflect-metadata': '^0.2.0',
    rxjs: '^7.8.0',
  });
  addDependencies(project, 'devDependencies', {
    '@rookery/schematics': version,
    ...(nest !== undefined && { '@nestjs/testing': nest }),
  });
  addTree(project, options);
  const hasJest = devDependencies['jest'] !== undefined || dependencies['jest'] !== undefined;
  // From Nest 12 on Nest itself is made of ES modules, and Jest is set up for them.
  if (hasJest && type !== 'module' && major !== 12) configureJest(project);
}

function checkNest(range: string | undefined): number | undefined {
  if (range === undefined) {
    throw new SchematicError('no_project', 'package.json has no dependency @nestjs/core: this is no Nest project.');
  }
  const major = /^[~^>=v\s]*(\d+)/.exec(range)?.[1];
  if (major === undefined) return undefined; // a tag, a workspace or a file: the package manager will tell
  if (NEST_VERSIONS.has(Number(major))) return Number(major);
  throw new SchematicError('not_supported', `Expected Nest 11 or 12, got @nestjs/core "${range}". Update Nest first.`);
}

function addTree(project: Project, options: AddOptions): void {
  const found = findRoot(project);
  if (found === undefined) return generateTree(project, { ...options, name: 'app' });
  project.note(`${found.file.slice(1)} has a tree already, and stays as it is.`);
  hooks(project);
}
