/** What `nest g` passes on, and what `npx schematics` takes beside it. */
export interface GenerateOptions {
  /** `lobby`, or with folders: `games/room`. */
  readonly name?: string;
  /** A folder below the source root, before those of the name. */
  readonly path?: string;
  /** Given by the Nest CLI, by `--project` too. Default: that of `nest-cli.json`. */
  readonly sourceRoot?: string;
  /** A project of a monorepo, where no `sourceRoot` is given. */
  readonly project?: string;
  /** Without a folder of its own. Default false. */
  readonly flat?: boolean;
  /** With a test. Default true. */
  readonly spec?: boolean;
  /** Default `spec`. */
  readonly specFileSuffix?: string;
  /** Neither into a module nor into the tree. Default false. */
  readonly skipImport?: boolean;
  /** Formats files that are changed, too, however they were. Default false. */
  readonly format?: boolean;
  /** The class of the supervisor whose child it becomes. Default: the nearest. */
  readonly supervisor?: string;
  /** The same as `supervisor`: the Nest CLI passes on no options that it does not know, and it knows this one. */
  readonly type?: string;
  /** Leaves the packages that are added to `package.json` uninstalled. Default false. */
  readonly skipInstall?: boolean;
  /** TypeScript alone is made. */
  readonly language?: string;
}

/** What `nest add` passes on. */
export type AddOptions = Pick<GenerateOptions, 'sourceRoot' | 'project' | 'skipInstall' | 'spec' | 'format'>;
