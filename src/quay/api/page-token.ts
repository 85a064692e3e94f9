import { createHmac } from 'node:crypto'
import type { Directory } from '../directory/directory.js'

/** A token that stands for where the next page begins; nobody but this registry can read sense into it. */
export function nextPage(directory: Directory, last: string): string {
  const text = Buffer.from(last).toString('base64url')
  return `${text}.${sign(text, directory)}`
}

/** Where a page begins; undefined for the first one, and for a token that is not ours, which counts as none. */
export function readPageToken(directory: Directory, token: string | undefined): string | undefined {
  const [text = '', signature] = token?.split('.') ?? []
  return text !== '' && signature === sign(text, directory) ? Buffer.from(text, 'base64url').toString() : undefined
}

const sign = (text: string, directory: Directory): string =>
  createHmac('sha256', directory.key).update(`page ${text}`).digest('base64url')
