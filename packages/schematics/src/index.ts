export { SchematicError, type SchematicErrorKind } from './errors.js';
