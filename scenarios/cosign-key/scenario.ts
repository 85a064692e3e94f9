import type { Over } from '../compatibility/record.js'
import { logIn, makeKeys, sitDown, type Signer } from '../cosign/signer.js'
import { cosign1, cosign2, cosign3, cosigns, type Cosign } from '../cosign/versions.js'
import type { Scenario, ScenarioContext } from '../scenario.js'
import { attest, list } from './attest.js'
import { signForEachOther } from './cross.js'
import { clean, copy, saveAndLoad, signElsewhere } from './keep.js'
import { annotate, assertStored, signAndVerify, signByTag, signIndex } from './sign.js'
import { tell, type TellOptions } from '../setting.js'
import { tamper } from './tamper.js'

/**
 * cosign(1), "Sign a container and store the signature in the registry", with the version that Quay's documentation
 * installs and the newest of each major one since: an image is signed with a key, the signature stands beside it, and
 * verifies with that key only.
 */
export const cosignKey: Scenario = {
  name: 'cosign-key',
  title: 'cosign signs images with a key, and verifies them with that key only',
  clients: [...cosigns.map(({ id }) => id), 'podman'],
  async run(context) {
    for (const cosign of cosigns) {
      await play(context, [cosign], https, everything)
      // cosign 1 never asks whether there is such an API.
      if (cosign !== cosign1) await play(context, [cosign], noReferrers, withoutReferrers)
      await play(context, [cosign], basic, withBasicLogin)
      await play(context, [cosign], http, signAndVerify)
    }
    await play(context, [cosign1, cosign2, cosign3], https, forEachOther)
  },
}

/** A registry that stories are played on. */
interface Place {
  readonly where: string
  readonly over: Over
  readonly options: TellOptions
}

const http: Place = { where: 'over http', over: 'http', options: {} }
const https: Place = { where: 'over https', over: 'https, login', options: {} }
const basic: Place = { ...https, where: 'with Basic login', options: { auth: 'basic' } }
const noReferrers: Place = { ...https, where: 'without the referrers API', options: { referrers: false } }

/** Has stories played on a registry of their own, by one signer for each version of cosign. */
const play = <const T extends readonly Cosign[]>(
  context: ScenarioContext,
  versions: T,
  { where, over, options }: Place,
  stories: (...signers: { [N in keyof T]: Signer }) => Promise<void>,
): Promise<void> =>
  tell(
    context,
    [over],
    async ({ registry, account }) => {
      const about = { registry, account, over, where, referrers: options.referrers ?? true }
      const signers = versions.map((cosign) => sitDown(context, cosign, about))
      await stories(...(signers as { [N in keyof T]: Signer }))
    },
    options,
  )

async function everything(signer: Signer): Promise<void> {
  await signAndVerify(signer)
  await assertStored(signer)
  await signByTag(signer)
  await annotate(signer)
  await signIndex(signer)
  await attest(signer)
  await list(signer)
  await copy(signer)
  // cosign 1 has no such command.
  if (signer.cosign !== cosign1) await saveAndLoad(signer)
  await signElsewhere(signer)
  await tamper(signer)
  await clean(signer)
}

/** What each bundle is found by is then a tag, which the client keeps itself. */
async function withoutReferrers(signer: Signer): Promise<void> {
  await signAndVerify(signer)
  await assertStored(signer)
  await attest(signer)
  await list(signer)
  await clean(signer)
  signer.show('sign, attest and clean without the referrers API')
}

async function withBasicLogin(signer: Signer): Promise<void> {
  await signAndVerify(signer)
  signer.show('sign and verify where name and password go with each request')
}

async function forEachOther(one: Signer, two: Signer, three: Signer): Promise<void> {
  for (const signer of [one, two, three]) {
    await logIn(signer)
    await makeKeys(signer)
  }
  await signForEachOther(one, two, three)
}
