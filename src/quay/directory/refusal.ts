/**
 * What the directory refuses, in the words of Quay's data model. Clients compare these messages, and the API shows
 * them in one shape or another; `kind` tells those apart that its handlers treat in their own way.
 */
export class DirectoryRefusal extends Error {
  readonly kind: RefusalKind

  constructor(message: string, kind: RefusalKind = 'data') {
    super(message)
    this.name = 'DirectoryRefusal'
    this.kind = kind
  }
}

export type RefusalKind = 'data' | 'name' | 'email' | 'password' | 'robot' | 'team' | 'organization' | 'member'
