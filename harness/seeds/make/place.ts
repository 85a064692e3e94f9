/** Where a description stands, and what there is to know when it is made. */
export interface Place {
  /** What random bytes follow from: the seed. */
  readonly seed: string
  /** When things were made, unless they say so themselves: RFC 3339. */
  readonly created: string
  /** The name in the plan, or a path from one: `team/app:multi/0`. */
  readonly path: string
  readonly repository: string
  /** The tag that it is to have, if it is to have one. */
  readonly tag: string | undefined
}

/** The place of a part. */
export const part = (place: Place, name: string | number): Place => ({ ...place, path: `${place.path}/${name}` })
