import type { Registry } from '../harness/index.js'
import type { ScenarioContext } from './scenario.js'

/** An account, as startRegistry takes it. */
export interface Person {
  readonly username: string
  readonly password: string
  readonly permissions?: readonly string[]
}

/** May do everything. */
export const alice: Person = { username: 'alice', password: 'correct horse battery staple' }

/** May pull what the team has, and nothing else. */
export const bob: Person = { username: 'bob', password: 'look but do not touch', permissions: ['team/*:pull'] }

/** Has what is not the team's. */
export const carol: Person = { username: 'carol', password: 'my own house', permissions: ['other/*:*'] }

/** Somebody whose password the registry has from an htpasswd file. */
export const dave: Person = { username: 'dave', password: 'from a file' }

/** Dave's line in that file, as `htpasswd -nbB -C 5 dave` prints it. */
export const htpasswdOfDave = 'dave:$2b$05$SE9i/Uxro4rj9BvhVrMIYOtU4OiunoquF3FqW0lObRG8tks0l13Bi'

/** What must not be seen in a transcript. */
export const secrets: readonly string[] = [alice, bob, carol, dave].map(({ password }) => password)

/** A login as config.json has it: base64 of name and password. */
export const authOf = ({ username, password }: Person): string =>
  Buffer.from(`${username}:${password}`).toString('base64')

/** Pushes, as alice, an image `team/app:1.0` and a chart `charts/web` 0.1.0 for others to pull. */
export async function pushSomething({ say, desk }: ScenarioContext, registry: Registry): Promise<void> {
  say('Something to pull')
  const clients = ['crane', 'helm@3.22.0']
  const { sh, write } = desk(registry.env({ as: alice.username }), { clients, hide: secrets })
  const plainHttp = registry.url.startsWith('http:') ? ['--plain-http'] : []
  write('app.txt', `an app for ${registry.url}\n`)
  await sh`tar -cf layer.tar app.txt`
  await sh`crane append --new_layer layer.tar --new_tag ${registry.host}/team/app:1.0`
  await sh`helm create web`
  await sh`helm package web`
  await sh`helm push web-0.1.0.tgz oci://${registry.host}/charts ${plainHttp}`
}
