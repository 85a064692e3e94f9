import type { Scope } from './scopes.js'

/** What a call was authenticated with, under the names that Quay's tokens give it (`entity_kind`). */
export type EntityKind = 'anonymous' | 'user' | 'robot' | 'oauthtoken' | 'appspecifictoken'

/** Who makes a call. */
export interface Identity {
  readonly kind: EntityKind
  /** The user or robot that acts; undefined for nobody. */
  readonly username: string | undefined
  /** What a token names it by (`entity_reference`): a uuid, or a robot's name. */
  readonly reference: string | undefined
  /** What an OAuth token is good for; undefined where nothing bounds what the user may do. */
  readonly scopes: readonly Scope[] | undefined
}

/** Somebody without credentials. */
export const anonymous: Identity = { kind: 'anonymous', username: undefined, reference: undefined, scopes: undefined }

/** A user, or a robot, that has shown who it is. @param uuid Of the user; a robot is named by its name. */
export const userIdentity = (username: string, uuid: string): Identity => ({
  kind: 'user',
  username,
  reference: uuid,
  scopes: undefined,
})

export const robotIdentity = (name: string): Identity => ({
  kind: 'robot',
  username: name,
  reference: name,
  scopes: undefined,
})
