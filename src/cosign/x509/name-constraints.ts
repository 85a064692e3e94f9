import type { DerNode } from '../../formats/der-reader.js'
import { childrenOf, tags } from '../../formats/der-values.js'
import { FormatError } from '../../formats/format-error.js'
import { generalNameOf, type GeneralName } from './general-names.js'

/** What names the certificates below a CA may have (RFC 5280 §4.2.1.10). */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[]
  readonly excluded: readonly GeneralName[]
}

/** @throws FormatError, also for subtrees with a minimum or maximum, which RFC 5280 does not allow. */
export function nameConstraintsOf(node: DerNode): NameConstraints {
  const parts = childrenOf(node, tags.sequence, 'the name constraints')
  const trees = (tag: number): GeneralName[] =>
    (parts.find((part) => part.tag === tag)?.children ?? []).map((subtree) => {
      const [base, ...distances] = childrenOf(subtree, tags.sequence, 'a subtree of names')
      if (!base || distances.length > 0) throw new FormatError('a subtree of names has distances', subtree.offset)
      return generalNameOf(base)
    })
  if (parts.length === 0 || parts.some(({ tag }) => tag !== 0xa0 && tag !== 0xa1)) {
    throw new FormatError('the name constraints are not permitted and excluded subtrees', node.offset)
  }
  return { permitted: trees(0xa0), excluded: trees(0xa1) }
}

/**
 * What is wrong with a name under a CA's constraints, in words; undefined when nothing is. Only names of mail, hosts and
 * URIs are compared: a constraint on any other kind fails whatever the name, since leaving it out could let pass what
 * the CA must not name.
 */
export function constraintFailure(name: GeneralName, { permitted, excluded }: NameConstraints): string | undefined {
  const strange = [...permitted, ...excluded].find(({ kind }) => kind === 'other' || kind === 'username')
  if (strange) return `a CA constrains names of the kind ${strange.value}, which are not compared`
  // What an excluded tree may mean is read widely and what a permitted one may mean narrowly: RFC 5280 and Go differ.
  if (excluded.some((base) => covers(base, name, 'wide'))) return `${name.value} is in a subtree that its CA excludes`
  const allowed = permitted.filter(({ kind }) => kind === name.kind)
  if (allowed.length > 0 && !allowed.some((base) => covers(base, name, 'narrow'))) {
    return `${name.value} is in no subtree that its CA permits`
  }
  return undefined
}

function covers(base: GeneralName, name: GeneralName, reading: 'wide' | 'narrow'): boolean {
  if (base.kind !== name.kind) return false
  if (base.value === '') return true
  if (base.kind === 'email' && base.value.includes('@')) return sameMailbox(base.value, name.value)
  const host = hostOf(name)
  // A name that cannot be compared is under every excluded tree, and under no permitted one.
  if (host === undefined) return reading === 'wide'
  const wanted = base.value.toLowerCase()
  if (wanted.startsWith('.')) return host.endsWith(wanted)
  return host === wanted || ((base.kind === 'dns' || reading === 'wide') && host.endsWith(`.${wanted}`))
}

function sameMailbox(left: string, right: string): boolean {
  const split = (text: string): [string, string] => {
    const at = text.lastIndexOf('@')
    return [text.slice(0, at), text.slice(at + 1).toLowerCase()]
  }
  const [leftPart, leftHost] = split(left)
  const [rightPart, rightHost] = split(right)
  return leftPart === rightPart && leftHost === rightHost
}

function hostOf({ kind, value }: GeneralName): string | undefined {
  if (kind === 'dns') return value.toLowerCase()
  if (kind === 'email') return value.includes('@') ? value.slice(value.lastIndexOf('@') + 1).toLowerCase() : undefined
  // RFC 3986 §3.2; an address in place of a host name cannot be compared.
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:@[\]]+)(?::\d*)?(?:[/?#]|$)/i.exec(value)?.[1]
  return host !== undefined && !/^[\d.]+$/.test(host) ? host.toLowerCase() : undefined
}
