import type { Directory } from './directory.js'
import { findTeam, organization } from './organizations.js'
import { DirectoryRefusal } from './refusal.js'
import type { Prototype } from './state.js'

/**
 * Adds a default permission to an organization.
 * @throws DirectoryRefusal for a team that there is none of.
 */
export function addPrototype(directory: Directory, organizationName: string, wanted: Omit<Prototype, 'id'>): Prototype {
  const before = organization(directory, organizationName)
  const { delegate } = wanted
  if (delegate.kind === 'team' && !findTeam(before, delegate.name)) {
    throw new DirectoryRefusal(`No team ${delegate.name} in organization ${organizationName}`)
  }
  const same = before.prototypes.find(
    (one) =>
      one.activatingUser === wanted.activatingUser &&
      one.delegate.kind === delegate.kind &&
      one.delegate.name === delegate.name &&
      one.role === wanted.role,
  )
  if (same) return same
  const added: Prototype = { id: directory.uuid(), ...wanted }
  directory.put('organizations', organizationName, { ...before, prototypes: [...before.prototypes, added] })
  return added
}

/** Gives a default permission another role; undefined when there is none of this id. */
export function setPrototypeRole(
  directory: Directory,
  organizationName: string,
  id: string,
  role: Prototype['role'],
): Prototype | undefined {
  const before = organization(directory, organizationName)
  const found = before.prototypes.find((one) => one.id === id)
  if (!found) return undefined
  const changed = { ...found, role }
  const prototypes = before.prototypes.map((one) => (one === found ? changed : one))
  directory.put('organizations', organizationName, { ...before, prototypes })
  return changed
}

/** Takes a default permission away; false when there is none of this id. */
export function deletePrototype(directory: Directory, organizationName: string, id: string): boolean {
  const before = organization(directory, organizationName)
  const prototypes = before.prototypes.filter((one) => one.id !== id)
  directory.put('organizations', organizationName, { ...before, prototypes })
  return prototypes.length < before.prototypes.length
}
