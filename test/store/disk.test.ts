import { spawn } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { bodyOf, manifestPush, pushBlob, putManifest, randomContent, readBlob } from '../../src/store/contract/case.js'
import { diskStore } from '../../src/store/disk/store.js'
import { digestOf } from '../../src/store/hashing.js'
import { folderFor } from '../support/registries.js'

const all = { limit: 1000 }

void t.test('a closed folder is opened again with all that was in it', async (t) => {
  const folder = folderFor(t)
  const store = diskStore(folder)
  const blob = await pushBlob(store, 'team/app', 'blob', 5)
  const subject = digestOf('subject')
  const push = manifestPush('{}', { tags: ['1', '2'], references: [blob], subject, annotations: { a: 'b' }, at: 6 })
  const digest = await putManifest(store, 'team/app', push)
  await store.deleteTag('team/app', '2', 7)
  await store.mountBlob('other', blob, 'team/app', 8)
  const { id } = await store.createUpload('team/app', { owner: 'alice', at: 9 })
  await store.appendUpload(id, bodyOf('01234'), { at: 9 })
  await store.close()
  t.same(readdirSync(folder).toSorted(), ['blobs', 'catalog', 'format', 'holders', 'repositories', 'temp', 'uploads'])

  const again = diskStore(folder)
  t.teardown(() => again.close())
  t.same(await again.repositories(all), { items: ['other', 'team/app'], more: false })
  t.same(await again.tags('team/app', all), { items: ['1'], more: false })
  t.same(await again.manifest('team/app', digest), { ...push.entry, at: 6 })
  t.equal((await again.manifestBytes('team/app', digest))?.toString(), '{}')
  t.equal((await again.referrers('team/app', subject, all)).items.length, 1)
  t.equal((await readBlob(await again.blob('other', blob, 0))).toString(), 'blob')
  t.match(await again.upload(id), { repository: 'team/app', owner: 'alice', offset: 5 })
  await again.appendUpload(id, bodyOf('56789'), { offset: 5, at: 10 })
  t.same(await again.finishUpload(id, digestOf('0123456789'), 11), { committed: true, size: 10 })
})

void t.test('opening reads no repository, and asking for one reads no other', async (t) => {
  const folder = folderFor(t)
  const store = diskStore(folder)
  for (const name of ['one', 'two']) await putManifest(store, name, manifestPush('{}', { tags: ['1'] }))
  await store.close()
  writeFileSync(join(folder, 'repositories/two/_changes'), 'damaged\n')
  const again = diskStore(folder)
  t.teardown(() => again.close())
  t.same(await again.tags('one', all), { items: ['1'], more: false })
  t.same(await again.repositories(all), { items: ['one', 'two'], more: false })
  t.throws(() => again.tags('two', all), {
    message: `${join(folder, 'repositories/two/_changes')} is damaged at line 1`,
  })
})

void t.test('content is kept once for all repositories, under its digest', async (t) => {
  const folder = folderFor(t)
  const store = diskStore(folder)
  t.teardown(() => store.close())
  const digest = await pushBlob(store, 'one', 'shared')
  await pushBlob(store, 'two', 'shared')
  const hex = digest.slice(7)
  t.same(readdirSync(join(folder, 'blobs/sha256')), [hex.slice(0, 2)])
  t.equal(readFileSync(join(folder, 'blobs/sha256', hex.slice(0, 2), hex), 'utf8'), 'shared')
  t.same(readdirSync(join(folder, 'uploads')), ['sessions'], 'no bytes wait')
})

void t.test('a second registry on the same folder is told whose it is', async (t) => {
  const folder = folderFor(t)
  const store = diskStore(folder)
  t.throws(() => diskStore(folder), {
    message: `storage folder ${folder} is in use by process ${process.pid}: stop it, or choose another folder`,
  })
  await pushBlob(store, 'app', 'still works')
  await store.close()
  await diskStore(folder).close()
})

void t.test('a lock whose process is gone, or whose pid is another process by now, is taken over', async (t) => {
  const folder = folderFor(t)
  await diskStore(folder).close()
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise((resolve) => child.once('exit', resolve))
  const first = diskStore(folder)
  const { scope } = JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')) as { scope?: string }
  await first.close()
  for (const lock of [
    JSON.stringify({ pid: child.pid, started: '1', scope, token: 'x' }),
    JSON.stringify({ pid: process.pid, scope, token: 'of an earlier life' }),
    ...(existsSync('/proc/1/stat') ? [JSON.stringify({ pid: 1, started: '-1', scope, token: 'x' })] : []),
    '',
  ]) {
    writeFileSync(join(folder, 'lock'), lock)
    const store = diskStore(folder)
    t.match(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')), { pid: process.pid })
    await store.close()
    t.notOk(existsSync(join(folder, 'lock')))
  }
  t.same(
    readdirSync(folder).filter((name) => name.startsWith('lock')),
    [],
  )
})

void t.test('the lock of another container holds while it is touched, and no longer', async (t) => {
  const folder = folderFor(t)
  await diskStore(folder).close()
  const lock = join(folder, 'lock')
  writeFileSync(lock, JSON.stringify({ pid: 1, started: '1', scope: 'another boot or namespace', token: 'x' }))
  t.throws(() => diskStore(folder), {
    message: `storage folder ${folder} is in use by process 1: stop it, or choose another folder`,
  })
  const long = new Date(Date.now() - 60_000)
  utimesSync(lock, long, long)
  await diskStore(folder).close()
  t.notOk(existsSync(lock))
})

void t.test('a torn record that ends inside a character takes no other with it', async (t) => {
  const folder = folderFor(t)
  const store = diskStore(folder)
  await putManifest(store, 'app', manifestPush('{}', { tags: ['one'] }))
  await store.close()
  const journal = join(folder, 'repositories/app/_changes')
  appendFileSync(journal, Buffer.from('0123abcd {"at":0,"change":"é').subarray(0, -1))
  const again = diskStore(folder)
  await putManifest(again, 'app', manifestPush('{"n":3}', { tags: ['three'] }))
  await again.close()
  const last = diskStore(folder)
  t.teardown(() => last.close())
  t.same(await last.tags('app', all), { items: ['one', 'three'], more: false })
})

void t.test('collections that are asked for at once run one after the other', async (t) => {
  const store = diskStore(folderFor(t))
  t.teardown(() => store.close())
  for (let n = 0; n < 40; n++) await pushBlob(store, 'app', `loose ${n}`)
  const taken = await Promise.all([store.collect({ at: 9, grace: 0 }), store.collect({ at: 9, grace: 0 })])
  t.same(
    taken.map(({ blobs }) => blobs),
    [40, 0],
  )
})

void t.test('a blob whose file was changed is an error, and not half a reply', async (t) => {
  const folder = folderFor(t)
  const store = diskStore(folder)
  t.teardown(() => store.close())
  for (const size of [1000, 300_000]) {
    const digest = await pushBlob(store, 'app', randomContent(size))
    const path = join(folder, 'blobs/sha256', digest.slice(7, 9), digest.slice(7))
    truncateSync(path, size / 2)
    const blob = await store.blob('app', digest, 0)
    t.throws(() => blob?.read(0, size - 1), { message: `${path} has not the size that was pushed` })
  }
})

void t.test('folders that cannot be a storage are refused with a reason', async (t) => {
  const folder = folderFor(t)
  const file = join(folder, 'file')
  writeFileSync(file, '')
  t.throws(() => diskStore(join(file, 'below')), { code: 'ENOTDIR' })
  t.throws(() => diskStore(folder), {
    message: `storage folder ${folder} is not empty and was not made by start-registry: choose another folder`,
  })
  const later = join(folder, 'later')
  mkdirSync(later)
  writeFileSync(join(later, 'format'), 'start-registry storage 99\n')
  t.throws(() => diskStore(later), {
    message: `storage folder ${later} was written by another version: start-registry storage 99`,
  })
})

void t.test('a torn last record is dropped, and the next one follows the whole ones', async (t) => {
  const folder = folderFor(t)
  const store = diskStore(folder)
  await putManifest(store, 'app', manifestPush('{}', { tags: ['kept'] }))
  await store.close()
  const journal = join(folder, 'repositories/app/_changes')
  const whole = readFileSync(journal)
  for (const torn of ['0', '01234567 {"at":1,"change":{"type":"tag.del', whole.toString().slice(0, -1)]) {
    appendFileSync(journal, torn)
    const again = diskStore(folder)
    t.same(await again.tags('app', all), { items: ['kept'], more: false })
    await again.close()
  }
  const last = diskStore(folder)
  await putManifest(last, 'app', manifestPush('{"n":1}', { tags: ['more'] }))
  await last.close()
  const reopened = diskStore(folder)
  t.same(await reopened.tags('app', all), { items: ['kept', 'more'], more: false })
  await reopened.close()
})

void t.test('a damaged record is said, and not served around', async (t) => {
  const folder = folderFor(t)
  const store = diskStore(folder)
  for (const tag of ['a', 'b', 'c']) await putManifest(store, 'app', manifestPush(`{"t":"${tag}"}`, { tags: [tag] }))
  await store.close()
  const journal = join(folder, 'repositories/app/_changes')
  const text = readFileSync(journal, 'utf8')
  writeFileSync(journal, text.replace('"tags":["b"]', '"tags":["x"]'))
  const again = diskStore(folder)
  t.teardown(() => again.close())
  t.throws(() => again.tags('app', all), { message: `${journal} is damaged at line 2` })
})

void t.test(
  'a full disk is a 507, and undoes what it could not write',
  { skip: !existsSync('/dev/full') && 'no /dev/full' },
  async (t) => {
    const folder = folderFor(t)
    const store = diskStore(folder)
    t.teardown(() => store.close())
    const full = { code: 'INSUFFICIENT_STORAGE', status: 507 }
    await putManifest(store, 'app', manifestPush('{}', { tags: ['kept'] }))
    const { id } = await store.createUpload('app', { at: 0 })
    rmSync(join(folder, 'uploads', `${id}.data`))
    symlinkSync('/dev/full', join(folder, 'uploads', `${id}.data`))
    await t.rejects(store.appendUpload(id, bodyOf('bytes'), { at: 0 }), full)
    t.equal((await store.upload(id))?.offset, 0)
    const journal = join(folder, 'repositories/app/_changes')
    const whole = readFileSync(journal)
    rmSync(journal)
    symlinkSync('/dev/full', journal)
    const pushes = ['1', '2', '3'].map(async (tag) =>
      store.putManifest('app', manifestPush(`{"n":${tag}}`, { tags: [tag] })),
    )
    await Promise.all(pushes.map((push) => t.rejects(push, full)))
    t.same(await store.tags('app', all), { items: ['kept'], more: false })
    rmSync(journal)
    writeFileSync(journal, whole)
    await putManifest(store, 'app', manifestPush('{}', { tags: ['now'] }))
    t.same(await store.tags('app', all), { items: ['kept', 'now'], more: false })
  },
)

void t.test('sessions that ended leave nothing, and those of a killed process go on', async (t) => {
  const folder = folderFor(t)
  const store = diskStore(folder)
  for (let n = 0; n < 5000; n++) await store.cancelUpload((await store.createUpload('app', { at: 0 })).id)
  const { id } = await store.createUpload('app', { owner: 'alice', at: 1 })
  await store.appendUpload(id, bodyOf('abc'), { at: 1 })
  const sessions = join(folder, 'uploads/sessions')
  t.ok(readFileSync(sessions, 'utf8').split('\n').length < 1000, 'the log stays short')
  await store.close()
  appendFileSync(sessions, '{"id":"torn')
  const again = diskStore(folder)
  const second = await again.createUpload('app', { at: 2 })
  await again.close()
  const last = diskStore(folder)
  t.match(await last.upload(id), { owner: 'alice', offset: 3 })
  t.match(await last.upload(second.id), { repository: 'app', offset: 0 })
  t.same(await last.finishUpload(id, digestOf('abc'), 3), { committed: true, size: 3 })
  await last.cancelUpload(second.id)
  await last.close()
  t.same(readdirSync(join(folder, 'uploads')), [])
})

void t.test('many changes of few tags leave a journal that stays short', async (t) => {
  const folder = folderFor(t)
  const store = diskStore(folder)
  const pushes = [manifestPush('{"n":1}', { tags: ['t'] }), manifestPush('{"n":2}', { tags: ['t'] })]
  for (let round = 0; round < 50; round++) {
    await Promise.all(
      Array.from({ length: 100 }, async (_, n) => store.putManifest('app', pushes[n % 2] as (typeof pushes)[0])),
    )
  }
  await store.close()
  const lines = readFileSync(join(folder, 'repositories/app/_changes'), 'utf8').split('\n').length
  t.ok(lines < 2000, `${lines} lines after 5,000 changes`)
  const again = diskStore(folder)
  t.equal(await again.tag('app', 't'), digestOf('{"n":2}'))
  await again.close()
})

void t.test('a repository that a dead process had announced but not filled is not listed', async (t) => {
  const folder = folderFor(t)
  const store = diskStore(folder)
  await putManifest(store, 'real', manifestPush('{}', { tags: ['1'] }))
  await putManifest(store, 'lost', manifestPush('{}', { tags: ['1'] }))
  await store.close()
  truncateSync(join(folder, 'repositories/lost/_changes'))
  writeFileSync(join(folder, 'unclean'), '')
  for (let round = 0; round < 2; round++) {
    const again = diskStore(folder)
    t.same(await again.repositories(all), { items: ['real'], more: false })
    await again.close()
  }
})

void t.test(
  'kill -9 in the middle of pushes loses nothing that was acknowledged, and shows nothing by half',
  async (t) => {
    const folder = folderFor(t)
    const child = spawn(process.execPath, [fileURLToPath(new URL('../support/pusher.js', import.meta.url)), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const acknowledged: { tag: string; manifest: string; blob: string; text: string }[] = []
    let rest = ''
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      const lines = (rest + chunk.toString()).split('\n')
      rest = lines.pop() as string
      for (const line of lines) acknowledged.push(JSON.parse(line) as (typeof acknowledged)[0])
      if (acknowledged.length >= 60) child.kill('SIGKILL')
    }
    t.equal(
      child.signalCode ?? (await new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))),
      'SIGKILL',
    )
    const store = diskStore(folder)
    t.teardown(() => store.close())
    for (const { tag, manifest, blob, text } of acknowledged) {
      t.equal(await store.tag('team/app', tag), manifest)
      t.equal((await readBlob(await store.blob('team/app', blob as `sha256:${string}`, 0))).toString(), text)
    }
    const { items = [] } = (await store.tags('team/app', { limit: 100_000 })) ?? {}
    t.ok(items.length >= acknowledged.length)
    for (const tag of items) {
      const digest = (await store.tag('team/app', tag)) as `sha256:${string}`
      const bytes = (await store.manifestBytes('team/app', digest)) as Buffer
      t.equal(digestOf(bytes), digest)
      const entry = await store.manifest('team/app', digest)
      for (const reference of entry?.references ?? []) {
        t.equal(digestOf(await readBlob(await store.blob('team/app', reference, 0))), reference)
      }
    }
    t.same(await store.repositories(all), { items: ['team/app'], more: false })
  },
)
