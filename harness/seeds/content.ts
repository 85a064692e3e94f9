import { checkMembers, isObject, isText, type Check } from '../checks.js'
import { isOfKind, kind } from './kinds.js'

/** Bytes that look random, and are the same each time. */
export interface RandomBytes {
  readonly [kind]: 'random'
  readonly size: number
  readonly seed: string | undefined
}

/** Bytes of a file or a layer; text is UTF-8. */
export type Content = string | Uint8Array | RandomBytes

/** A file of a layer that is not as files are by default. */
export interface FileSpec extends FileOptions {
  readonly [kind]: 'file'
  readonly content: Content
}

/** A symbolic link in a layer. */
export interface LinkSpec {
  readonly [kind]: 'symlink'
  readonly target: string
}

/** What a layer holds, by paths; a path that ends with a slash is a directory. */
export type Files = Readonly<Record<string, Content | FileSpec | LinkSpec>>

export interface FileOptions {
  /** @default 0o644, and 0o755 for directories */
  readonly mode?: number | undefined
  /** @default 0 */
  readonly uid?: number | undefined
  /** @default 0 */
  readonly gid?: number | undefined
  /** In seconds since 1970. @default 0 */
  readonly mtime?: number | undefined
}

/**
 * Bytes that look random, and are the same each time: they follow from the seed, and from what they are in.
 * @param seed Makes them follow from this alone, so that they are the same wherever they stand.
 * @throws TypeError for a size that is none.
 */
export function random(size: number, seed?: string | number): RandomBytes {
  if (!isSize(size)) throw new TypeError('start-registry: random(…) takes a number of bytes')
  return { [kind]: 'random', size, seed: seed === undefined ? undefined : String(seed) }
}

/** A file with a mode, an owner or a time. @throws TypeError for what is no content, and for a wrong option. */
export function file(content: Content, options: FileOptions = {}): FileSpec {
  if (!isContent(content)) throw new TypeError(`start-registry: file(…) takes ${contentWords}`)
  const number = [isSize, 'a whole number, 0 or more'] as const
  checkMembers(options, { mode: number, uid: number, gid: number, mtime: number }, ' of file(…)')
  return { [kind]: 'file', content, ...options }
}

/** A symbolic link. @throws TypeError without a target. */
export function symlink(target: string): LinkSpec {
  if (!isText(target)) throw new TypeError('start-registry: symlink(…) takes the path that it leads to')
  return { [kind]: 'symlink', target }
}

const isSize: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0

export const isContent: Check = (value) =>
  typeof value === 'string' || value instanceof Uint8Array || isOfKind(value, 'random')
export const contentWords = 'text, bytes or random(…)'

export const isFiles: Check = (value) =>
  isObject(value) &&
  !Array.isArray(value) &&
  !(kind in (value as object)) &&
  Object.values(value as object).every((one) => isContent(one) || isOfKind(one, 'file', 'symlink'))
export const filesWords = 'an object of paths with text, bytes, random(…), file(…) or symlink(…)'
