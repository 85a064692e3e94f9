import { readFileSync } from 'node:fs'

/**
 * The text of an option that is PEM text or the path of a file with it.
 * @throws Error that names the option, for a file that cannot be read.
 */
export const pemText = (name: string, text: string): string => (isPem(text) ? text : readOption(name, text))

/** Whether the text of such an option is PEM, and not a path. */
export const isPem = (text: string): boolean => text.includes('-----BEGIN')

/** The text of a file that an option names. @throws Error that names the option, when it cannot be read. */
export function readOption(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`cannot read the ${name} file: ${(error as Error).message}`, { cause: error })
  }
}
