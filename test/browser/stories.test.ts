import t from 'tap'
import { spawn } from 'node:child_process'
import { image } from 'start-registry'
import { gallery } from '../support/gallery.js'
import { openBrowser, visit } from '../support/browser.js'
import { clientPaths } from '../support/client-paths.js'
import { script } from '../support/pages.js'
import { registryFor } from '../support/registries.js'
import { makeKeys, sign } from '../support/signing.js'

void t.test('an organization is created, and an image found in it with its signature', async (t) => {
  const { own } = makeKeys()
  const { registry, wire } = await registryFor(t, {
    accounts: [{ username: 'alice', password: 'secret' }],
    anonymous: 'push',
    admission: [{ repositories: 'helm/*', keys: [own.publicPem], actions: 'tag' }],
  })
  const { page, wrongs, go } = await visit(await openBrowser(t), registry)
  await go('/')
  await page.getByRole('link', { name: 'Log in' }).click()
  await page.getByLabel('Username').fill('alice')
  await page.getByLabel('Password').fill('wrong')
  await page.getByRole('button', { name: 'Log in' }).click()
  t.equal(await page.getByRole('alert').textContent(), 'Wrong username or password.')
  await page.getByLabel('Password').fill('secret')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByLabel('Name').fill('helm')
  await page.getByRole('button', { name: 'Create organization' }).click()
  t.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'helm')
  t.match(await page.getByRole('main').textContent(), `IMAGE ${registry.host}/helm/app:1.0`)
  const { digests } = await registry.seed({ 'helm/app:1.0': image() })
  await sign(wire, 'helm/app', digests['helm/app:1.0'], { key: own, form: 'sig-tag' })
  await page.reload()
  await page.getByRole('link', { name: 'helm/app' }).click()
  await page.getByRole('link', { name: '1.0', exact: true }).click()
  const signatures = page.locator('#signatures')
  t.match(await signatures.textContent(), /1 of 1 signature verified/)
  t.equal(await signatures.locator('.badge').textContent(), 'verified')
  await page.getByRole('button', { name: 'Log out' }).click()
  t.equal(await page.getByRole('link', { name: 'Log in' }).count(), 1)
  t.same(wrongs, [])
})

void t.test('a podman push arrives while somebody looks', async (t) => {
  const path = await clientPaths(['podman'])
  const { registry } = await registryFor(t)
  await registry.seed({ 'from/app:1': image() })
  const { page, wrongs, go } = await visit(await openBrowser(t), registry)
  await go('/live')
  await page.getByText('Live', { exact: true }).waitFor()
  const env = { ...process.env, ...registry.env() }
  await run(path('podman'), ['pull', ...registry.flags.podman, `${registry.host}/from/app:1`], env)
  await run(
    path('podman'),
    ['push', ...registry.flags.podman, `${registry.host}/from/app:1`, `${registry.host}/to/app:1`],
    env,
  )
  const put = page.locator('.requests li', { hasText: 'PUT' }).filter({ hasText: '/v2/to/app/manifests/1' })
  await put.waitFor()
  t.equal(await put.locator('.badge').first().textContent(), '201')
  t.ok((await page.locator('.requests li').count()) > 5)
  await page.getByLabel('Filter requests').fill('put MANIFESTS')
  t.equal(await page.locator('.requests li:visible').count(), 1)
  await page.getByLabel('Filter requests').fill('')
  await page.getByLabel('Faults only').check()
  t.equal(await page.locator('.requests li:visible').count(), 0)
  await page.getByLabel('Faults only').uncheck()
  await page.getByRole('button', { name: 'Pause' }).click()
  await fetch(`${registry.url}/v2/later/tags/list`)
  await page.getByText('Paused, 1 waiting').waitFor()
  t.equal(await page.getByText('/v2/later/tags/list').count(), 0)
  await page.getByRole('button', { name: 'Go on' }).click()
  t.equal(await page.getByText('/v2/later/tags/list').count(), 1)
  await page.getByRole('button', { name: 'Clear' }).click()
  t.equal(await page.locator('.requests li').count(), 0)
  t.same(wrongs, [])
})

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const [error, status] = await Promise.all([
    child.stderr.toArray(),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ])
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${status}\n${Buffer.concat(error).toString()}`)
}

void t.test(
  'what others have written is text: no script of theirs runs, and the policy has nothing to refuse',
  async (t) => {
    const browser = await openBrowser(t)
    const { registry, pictures } = await gallery(t)
    const { page, wrongs, go } = await visit(browser, registry)
    await fetch(`${registry.url}/v2/hostile/${encodeURIComponent(script)}/tags/list`)
    const hostile = pictures.flatMap(([name, path]) => (/hostile|live/.test(name) ? [path] : []))
    for (const path of hostile) {
      await go(path)
      t.not(await page.title(), 'owned', path)
      t.equal(await page.locator('script:not([src^="/assets/"]), main img, iframe, object, [onerror]').count(), 0, path)
      if (path !== '/live') t.match(await page.getByRole('main').textContent(), script, 'it is there, as text')
    }
    await go('/repository/hostile/image/tag/1')
    await page.locator('.layers a').click()
    t.match(await page.locator('.files').textContent(), script.replaceAll('/', ''))
    await page.locator('.files a').first().click()
    t.equal(await page.locator('pre').textContent(), script)
    t.same(wrongs, [])
  },
)

void t.test('the keyboard is enough', async (t) => {
  const { registry } = await gallery(t)
  const { page, context, wrongs, go } = await visit(await openBrowser(t), registry)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const { document } = globalThis as unknown as { document: { activeElement: { textContent: string; id: string } } }
      return document.activeElement.id || document.activeElement.textContent.trim()
    })
  await go('/')
  await page.keyboard.press('Tab')
  t.equal(await focused(), 'Skip to content')
  await page.keyboard.press('Enter')
  t.equal(await focused(), 'main')
  await page.keyboard.press('/')
  t.equal(await focused(), 'filter')
  await page.keyboard.press('ArrowDown')
  t.equal(await focused(), 'charts')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  t.equal(await focused(), 'charts')
  await page.keyboard.press('/')
  await page.keyboard.type('team')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\?filter=team/)
  t.equal(await page.locator('.list li').count(), 1)
  await go('/repository/team/web/tag/1.4.2')
  await page.getByRole('button', { name: 'Copy the podman command' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText('Copied').waitFor()
  t.equal(
    await page.evaluate(() => {
      const { navigator } = globalThis as unknown as { navigator: { clipboard: { readText: () => Promise<string> } } }
      return navigator.clipboard.readText()
    }),
    `podman pull --tls-verify=false ${registry.host}/team/web:1.4.2`,
  )
  t.same(wrongs, [])
})

void t.test('without scripts everything is there but what comes by itself', async (t) => {
  const browser = await openBrowser(t)
  const { registry } = await gallery(t)
  const { page, wrongs, go } = await visit(browser, registry, { javaScript: false })
  await go('/')
  await page.getByLabel('Name').fill('new')
  await page.getByRole('button', { name: 'Create organization' }).click()
  t.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'new')
  await go('/repository/team/web/tag/1.4.2')
  t.equal(await page.locator('button:visible').count(), 0, 'no button that does nothing')
  await page.locator('.layers a').nth(1).click()
  t.match(await page.locator('.files').textContent(), 'etc/motd')
  await go('/live')
  t.match(await page.getByRole('main').textContent(), 'Without scripts the list is as it was')
  t.ok((await page.locator('.requests li').count()) > 5)
  t.same(wrongs, [])
})
