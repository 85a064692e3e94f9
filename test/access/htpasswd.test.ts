import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { startRegistry } from 'start-registry'
import t from 'tap'
import { readHtpasswd } from '../../src/access/htpasswd.js'
import { basic, tokenFor } from '../support/login.js'
import { folderFor, registryFor } from '../support/registries.js'

// As `htpasswd -nbB -C 4 carol 'pass word'` of Apache 2.4 writes it: $2y$.
const carol = `carol:${hashSync('pass word', 4).replace('$2b$', '$2y$')}`

void t.test('accounts of an htpasswd file log in, beside those of the options', async (t) => {
  const htpasswd = join(folderFor(t), 'htpasswd')
  writeFileSync(htpasswd, `# made by hand\r\n\r\n${carol}\r\ndave:${hashSync('d', 4)}\n`)
  for (const auth of ['token', 'basic'] as const) {
    const { wire } = await registryFor(t, { htpasswd, accounts: [{ username: 'alice', password: 'a' }], auth })
    const status = async (username: string, password: string): Promise<number> =>
      (await wire.get('/v2/', basic(username, password))).status
    t.equal((await wire.get('/v2/')).status, 401, 'a file of accounts closes the registry')
    t.equal(await status('carol', 'pass word'), 200)
    t.equal(await status('carol', 'pass word'), 200, 'again, remembered')
    t.equal(await status('carol', 'pass'), 401)
    t.equal(await status('dave', 'd'), 200)
    t.equal(await status('dave', 'pass word'), 401)
    t.equal(await status('alice', 'a'), 200)
    t.equal(await status('erin', 'pass word'), 401)
    t.equal((await wire.send('POST', '/v2/app/blobs/uploads/', { headers: basic('dave', 'd') })).status, 202)
    if (auth === 'token') t.ok(await tokenFor(wire, { username: 'carol', password: 'pass word' }))
  }
})

void t.test('an account of the options wins over the file', async (t) => {
  const htpasswd = join(folderFor(t), 'htpasswd')
  writeFileSync(htpasswd, carol)
  const { wire } = await registryFor(t, { htpasswd, accounts: [{ username: 'carol', password: 'new' }] })
  t.equal((await wire.get('/v2/', basic('carol', 'new'))).status, 200)
  t.equal((await wire.get('/v2/', basic('carol', 'pass word'))).status, 401)
})

void t.test('lines that are none are named', async (t) => {
  for (const [text, message] of [
    [`${carol}\nerin`, 'htpasswd line 2 is not NAME:HASH'],
    [':x', 'htpasswd line 1 is not NAME:HASH'],
    ['erin:$apr1$abc$def', 'htpasswd line 1 has no bcrypt hash: make it with htpasswd -B'],
    ['erin:{SHA}x', 'htpasswd line 1 has no bcrypt hash: make it with htpasswd -B'],
    ['erin:plain', 'htpasswd line 1 has no bcrypt hash: make it with htpasswd -B'],
  ] as const) {
    t.throws(() => readHtpasswd(text), { message })
  }
})

void t.test('a file that cannot be read stops the start', async (t) => {
  const htpasswd = join(folderFor(t), 'none')
  await t.rejects(startRegistry({ htpasswd }), { message: /^cannot read the htpasswd file: ENOENT: .*none'$/ })
})
