import { parseSpan } from '../directory/config.js'

/** The label that says how long the tags that a manifest is pushed with are to live. */
export const expiresAfterLabel = 'quay.expires-after'

/**
 * The seconds in `quay.expires-after`, such as `2w` (quay.md §6); undefined where there is none, or a value that Quay
 * passes over.
 * @param labels Those of an image's config, or the annotations of a manifest.
 */
export function expiresAfter(labels: Readonly<Record<string, unknown>>): number | undefined {
  const value = labels[expiresAfterLabel]
  return typeof value === 'string' ? parseSpan(value) : undefined
}
