import assert from 'node:assert/strict'
import type { Registry } from '../../harness/index.js'
import { assertWho } from '../who.js'
import { Heard } from '../heard.js'
import { alice, bob, carol, secrets, type Person } from '../people.js'
import type { Desk, ScenarioContext } from '../scenario.js'
import { dockerConfig } from './clients.js'
import { homeWithoutLogins, overOf, reaches, schemeOf } from './homes.js'

/** What others do with the login that podman made; each takes it from docker's config.json. */
const uses: Readonly<Record<string, (desk: Desk, registry: Registry) => Promise<unknown>>> = {
  cosign: ({ sh }, { host }) => sh`cosign upload blob -f notes.txt ${host}/team/cosign:1.0`,
  crane: ({ sh }, { host }) => sh`crane pull ${host}/team/app:1.0 app.tar`,
  oras: ({ sh }, { host }) => sh`oras push --no-tty ${host}/team/oras:1.0 notes.txt`,
  regctl: ({ sh }, { host }) => sh`regctl image copy ${host}/team/app:1.0 ocidir://app`,
  skopeo: ({ sh }, { host }) => sh`skopeo copy docker://${host}/team/app:1.0 dir:image`,
  buildah: ({ sh }, { host }) => sh`buildah pull --quiet ${host}/team/app:1.0`,
  helm: ({ sh }, { host }) => sh`helm pull oci://${host}/charts/web --version 0.1.0`,
}

/**
 * "Because cosign relies on ~/.docker/config.json for authorization, you might need to execute": podman login, with that
 * file. So do the others.
 */
export async function oneLogin(context: ScenarioContext, registry: Registry): Promise<void> {
  for (const all of [
    ['cosign@1.0.0', 'crane', 'oras', 'regctl', 'skopeo', 'buildah', 'helm@3.22.0'],
    ['cosign@2.6.5', 'helm@4.3.1'],
    ['cosign@3.1.3', 'helm@3.8.2'],
  ]) {
    const clients = all.filter((id) => reaches(id, registry))
    if (clients.length === 0) continue
    context.say('podman logs in for the others')
    const desk = context.desk(homeWithoutLogins(registry), { clients: ['podman', ...clients], hide: secrets })
    desk.write('notes.txt', `notes for ${registry.url}\n`)
    const login = `podman login --authfile ~/.docker/config.json --username alice --password-stdin ${registry.host}`
    await desk.sh({ input: alice.password })`sh -c ${login}`
    const { stdout } = await desk.sh`sh -c ${'cat ~/.docker/config.json'}`
    assert.deepEqual(JSON.parse(stdout), dockerConfig(registry.host))
    const heard = new Heard(registry)
    for (const client of clients) {
      await uses[client.replace(/@.*/, '')]?.(desk, registry)
      assertWho(heard.take(), `${schemeOf(registry)} alice Bearer`)
      context.show({ client, story: "use podman's login in docker's config.json", over: overOf(registry) })
    }
  }
}

/** podman, skopeo and buildah keep logins for parts of a registry too: containers-auth.json(5). */
export async function twoLogins({ say, desk, show }: ScenarioContext, registry: Registry): Promise<void> {
  const { host } = registry
  const from = `${host}/team/app:1.0`
  for (const client of ['podman', 'skopeo', 'buildah']) {
    say(`${client}: bob for what is the team's, carol for the rest`)
    const { sh, read } = desk(registry.env(), { clients: [...new Set([client, 'skopeo'])], hide: secrets })
    const logIn = ({ username, password }: Person, part: string): Promise<unknown> =>
      sh({ input: password })`${client} login --authfile auth.json --username ${username} --password-stdin ${part}`
    await logIn(bob, `${host}/team`)
    await logIn(carol, `${host}/other`)
    const kept = (): readonly string[] =>
      Object.keys((JSON.parse(read('auth.json').toString()) as { auths: object }).auths)
    assert.deepEqual(kept(), [`${host}/other`, `${host}/team`])
    const heard = new Heard(registry)
    const to = `docker://${host}/other/${client}:1.0`
    if (client === 'skopeo') await sh`skopeo copy --authfile auth.json docker://${from} ${to}`
    else {
      await sh`${client} pull --quiet --authfile auth.json ${from}`
      await sh`${client} push --authfile auth.json ${from} ${to}`
    }
    const requests = heard.take()
    assertWho(requests, 'https bob Bearer', 'https carol Bearer')
    const manifests = requests.filter(({ route, status }) => route.kind === 'manifest' && status < 300)
    assert.deepEqual(
      [...new Set(manifests.map(({ method, account }) => `${account} ${method}`))],
      ['bob GET', 'carol PUT'],
    )
    await sh`${client} logout --authfile auth.json ${`${host}/team`}`
    assert.deepEqual(kept(), [`${host}/other`])
    show({ client, story: 'log in twice, for parts of a registry', over: 'https, login' })
  }
}
