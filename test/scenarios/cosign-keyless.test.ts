import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { certificateCheck, verifyImage, type Strictness, type Verdict } from 'start-registry/cosign'
import t from 'tap'
import { runner } from '../../harness/run.js'
import { writeBundleManifest } from '../../src/cosign/write-manifest.js'
import { written } from '../../src/cosign/written.js'
import { clientPaths } from '../support/client-paths.js'
import {
  keylessBundle,
  keylessCases,
  keylessIssuer,
  keylessSubject,
  testBox,
  trustedRootJson,
  trustedRootOf,
} from '../support/keyless.js'
import { pushSigned, signaturesIn } from '../support/registry-signatures.js'
import { folderFor, registryFor } from '../support/registries.js'

t.setTimeout(300_000)

const repository = 'team/app'
const predicateType = 'https://sigstore.dev/cosign/sign/v1'
const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json'

const saidOf = ({ verified, signatures }: Verdict): string =>
  verified ? 'accepted' : signatures.flatMap(({ findings }) => findings.map(({ code }) => code)).join()

void t.test('keyless bundles, right and wrong: each cosign ends as we do', { timeout: 300_000 }, async (t) => {
  const { registry, wire } = await registryFor(t)
  const folder = folderFor(t)
  const box = testBox()
  writeFileSync(join(folder, 'trusted.json'), trustedRootJson(box))
  const path = await clientPaths(['cosign@2.6.5', 'cosign@3.1.3'])
  const sh = runner({ env: registry.env(), cwd: folder, status: 'any' })
  const source = signaturesIn(registry.store, repository)
  const identity = { subject: keylessSubject, issuer: keylessIssuer }
  const policy = { trustedRoot: trustedRootOf(box), identity, now: Date.now() }
  const flags = ['--certificate-identity', keylessSubject, '--certificate-oidc-issuer', keylessIssuer]
  for (const [index, { name, options, said, real = {} }] of keylessCases.entries()) {
    const digest = await wire.image(repository, `v${index}`, name)
    const { bytes, mediaType } = (await source.manifest(digest)) ?? { bytes: Buffer.of(), mediaType: '' }
    const statement = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ digest: { sha256: digest.slice(7) } }],
      predicateType,
      predicate: {},
    }
    const bundle = written(bundleType, keylessBundle(box, Buffer.from(JSON.stringify(statement)), options))
    const subject = { digest, mediaType, size: bytes.length }
    await pushSigned(wire, repository, writeBundleManifest(bundle, predicateType, subject, new Date()))
    const judge = (strictness: Strictness): Promise<Verdict> =>
      verifyImage(source, digest, { certificates: certificateCheck(policy) }, { strictness })
    t.equal(saidOf(await judge('strict')), said, `${name}: strict`)
    const verdict = await judge('cosign')
    t.equal(saidOf(verdict), said, `${name}: cosign`)
    // Rekor v2 signs no times: cosign 2 looks at timestamps in place of them only when it is told to.
    const stamped = options.kind === 'hashedrekord' ? ['--use-signed-timestamps'] : []
    for (const version of ['2.6.5', '3.1.3']) {
      const image = `${registry.host}/${repository}@${digest}`
      const result =
        await sh`${path(`cosign@${version}`)} verify --new-bundle-format --trusted-root trusted.json ${stamped} ${flags} ${image}`
      t.equal(result.status, real[version] ?? verdict.exitCode, `${name}: cosign ${version}: ${result.output}`)
    }
  }
})
