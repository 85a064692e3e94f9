import { everybodyOf, type EverybodyOptions } from '../../src/access/everybody.js'
import { ociGrounds, ociPeople } from '../../src/inspector/oci.js'
import type { Requests, Surroundings } from '../../src/inspector/surroundings.js'
import type { Store } from '../../src/store/store.js'
import type { ReadRule } from '../admission/rules.js'
import type { PlayedQuay } from '../quay.js'
import type { Signatures } from '../signatures/options.js'

/** What of a running registry its pages show. */
export interface Inspected {
  readonly store: Store
  readonly everybody: EverybodyOptions
  readonly quay: PlayedQuay | undefined
  readonly requests: Requests
  readonly rules: readonly ReadRule[]
  readonly signatures: () => Promise<Signatures>
}

/** Puts together what the pages of a registry are made from. */
export async function surroundingsOf(inspected: Inspected): Promise<Surroundings> {
  const { store, quay, requests, rules } = inspected
  return {
    store,
    requests,
    profile: quay?.profile ?? 'oci',
    ...(quay
      ? await ofQuay(quay)
      : { people: ociPeople(everybodyOf(inspected.everybody)), grounds: ociGrounds(store) }),
    async signatures(repository, digest) {
      const checked = rules.some(({ matches }) => matches(repository))
      return { checked, verdicts: await (await inspected.signatures()).signatures(`${repository}@${digest}`) }
    },
  }
}

async function ofQuay({ dialect }: PlayedQuay): Promise<Pick<Surroundings, 'people' | 'grounds'>> {
  const { quayGrounds, quayPeople } = await import('./quay.js')
  const about = { directory: dialect.directory, library: dialect.library }
  return { people: quayPeople(about), grounds: quayGrounds(about) }
}
